"""Hearing and speaking: recognisers, voices, and the audio between them. Knows no channel and no conversation."""
