"""How the reader (`nlu/reader`) is made: `python -m tools.reader`. See `nlu/reader/weights/card.md`."""
