"""The reader: one small language model, taught Sayso's tasks, that reads an utterance in the light of the question.

`Reader.read` gives a `Reading`; the heads of `heads.py` say what is in it: the act, the kinds and themes of a stretch,
the level of danger, the private words. Runs in both environments, without PyTorch. How it is made: `tools/reader`.
"""
