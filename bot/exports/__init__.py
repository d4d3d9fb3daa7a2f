"""Exports: what insights show, as files."""

from bot.exports.tables import export, write_csv, write_json_lines

__all__ = ["export", "write_csv", "write_json_lines"]
