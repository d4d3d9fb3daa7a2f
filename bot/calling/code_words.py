"""Code words for letters: two plain syllables, easy to say, to hear and to read."""

from __future__ import annotations

import secrets

WORDS = (
    "apple barley blossom bluebell bramble butter button candle chestnut clover copper cotton daisy garden harvest "
    "kettle lantern linen meadow orchard pebble picnic poppy primrose ribbon river robin saucer silver sparrow "
    "sunshine teapot thimble velvet walnut willow window woodland"
).split()


def new_code_word() -> str:
    """One of `WORDS`, by chance."""
    return secrets.choice(WORDS)
