"""Invented data for demonstrations, always marked as such."""

from bot.samples.sample_data import SampleCounts, has_sample_data, load_sample_data, remove_sample_data

__all__ = ["SampleCounts", "has_sample_data", "load_sample_data", "remove_sample_data"]
