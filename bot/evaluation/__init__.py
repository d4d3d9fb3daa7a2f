"""Judging Sayso: JSON Lines in, JSON Lines or figures out, so that anybody can measure it on data of their own."""
