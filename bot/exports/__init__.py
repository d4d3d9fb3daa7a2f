"""Exports: what insights show, as files."""

from bot.exports.exports import Exports
from bot.exports.files import whole_file
from bot.exports.model import About, Format, Progress, Released

__all__ = ["About", "Exports", "Format", "Progress", "Released", "whole_file"]
