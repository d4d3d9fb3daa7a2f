"""Listens live with Vosk: dictation for open questions, runtime grammars for closed ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from connectors.speech.decoding import VoskModel
from connectors.speech.doubt import is_doubtful
from connectors.speech.grammar import Grammar, grammar_for
from connectors.speech.levels import speech_seconds
from connectors.speech.ports import Clip, Hint, Recognised, Samples
from connectors.speech.short_answers import judged, placed, trimmed
from dialogues.types import HeardWord

LEAST_SPEECH_SECONDS = 0.09
"""Less is a click: nothing was said."""
SHORT_SECONDS = 4.0
"""Longer speech is no answer out of a grammar; it is heard freely."""
FREE_SECONDS = 1.2
"""Shorter speech that no grammar explains is asked for again, not guessed at.

Source: no yes, no or digit of the tuning half of `short_answers` lasts longer than 0.8 s.
"""

_OPEN = Hint()
_KEPT_GRAMMARS = 32


class VoskRecogniser:
    """Implements `ports.Recogniser` with any Vosk model. The model is loaded when it is first needed.

    Args:
        folder: The model's folder.
        second: The folder of another model, heard for a second opinion on short answers; None for none.
    """

    def __init__(self, folder: Path, second: Path | None = None) -> None:
        self.name = f"vosk:{folder.name.removeprefix('vosk-model-').removeprefix('vosk-')}"
        self._models = (VoskModel(folder), *([VoskModel(second)] if second else []))
        self._grammar = lru_cache(_KEPT_GRAMMARS)(self._new_grammar)

    def recognise(self, clip: Clip, hint: Hint = _OPEN) -> Recognised:
        """Hears a whole clip. Takes 0.1 to 0.15 s of one core a second of sound."""
        grammar = self._grammar(hint)
        if speech_seconds(clip) < LEAST_SPEECH_SECONDS:
            return Recognised("", recogniser=self.name)
        if grammar is None:
            return self._free(clip)
        return self.judged(clip, grammar, lambda: self._free(clip))

    def listen(self, hint: Hint = _OPEN) -> VoskListening:
        """Begins to hear an utterance as it comes."""
        return VoskListening(self, self._models[0], self._grammar(hint))

    def judged(self, clip: Clip, grammar: Grammar, free: Callable[[], Recognised]) -> Recognised:
        """An answer to a closed question: out of the grammar where that is believed, free where it is long, else "".

        Args:
            free: Gives what the free language model hears.
        """
        spoken = speech_seconds(clip)
        if spoken <= SHORT_SECONDS:
            part, offset_seconds = trimmed(clip)
            found = judged(self._models, grammar, part)
            if found is not None and found.is_believed:
                words = placed(found.chosen.words, offset_seconds)
                return Recognised(found.text, words, found.confidence, self.name)
        return free() if spoken >= FREE_SECONDS else Recognised("", recogniser=self.name)

    def free(self, words: tuple[HeardWord, ...], clip: Clip) -> Recognised:
        """Words that were heard freely, as a result."""
        confidence = float(np.mean([word.confidence for word in words])) if words else 1.0
        doubtful = is_doubtful(words, speech_seconds(clip))
        return Recognised(" ".join(word.text for word in words), words, confidence, self.name, doubtful)

    def _free(self, clip: Clip) -> Recognised:
        return self.free(_heard(self._models[0], clip), clip)

    def _new_grammar(self, hint: Hint) -> Grammar | None:
        return grammar_for(hint, lambda word: all(model.knows(word) for model in self._models))


class VoskListening:
    """Implements `ports.Listening`. A closed question's answer is heard freely as it comes, and judged at its end.

    Args:
        grammar: Of the question; None for a question that is answered freely.
    """

    def __init__(self, recogniser: VoskRecogniser, model: VoskModel, grammar: Grammar | None) -> None:
        self._recogniser, self._grammar = recogniser, grammar
        self._decoder = model.decoder()
        self._pieces: list[Samples] = []

    def feed(self, samples: Samples) -> str:
        """Takes the next piece of sound; returns the words so far, which may still change."""
        self._pieces.append(samples)
        self._decoder.feed(samples)
        return self._decoder.so_far()

    def finish(self) -> Recognised:
        """Ends the utterance: about 20 ms for an open answer, a third of a second for a short closed one."""
        clip = Clip(np.concatenate([np.zeros(0, np.int16), *self._pieces]))
        free = self._recogniser.free(self._decoder.finish(), clip)
        if speech_seconds(clip) < LEAST_SPEECH_SECONDS:
            return Recognised("", recogniser=self._recogniser.name)
        return free if self._grammar is None else self._recogniser.judged(clip, self._grammar, lambda: free)


def _heard(model: VoskModel, clip: Clip, phrases: list[str] | None = None) -> tuple[HeardWord, ...]:
    decoder = model.decoder(phrases)
    decoder.feed(clip.samples)
    return decoder.finish()
