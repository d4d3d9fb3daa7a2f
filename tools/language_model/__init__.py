"""How the live recogniser's language model of care is made: `python -m tools.language_model`. See `docs/speech.md`."""
