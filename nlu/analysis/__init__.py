"""Structured coding of what was said: points, kinds, themes, sentiment, senses, and the words to read them back."""
