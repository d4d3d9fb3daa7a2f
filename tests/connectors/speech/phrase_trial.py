"""Prints how phrases are heard: `PYTHONPATH=. python tests/connectors/speech/phrase_trial.py [voice]`.

Every phrase of two kinds of questions is spoken by a voice of ours (synthetic), sent over the simulated telephone, and
heard with the grammar of its question. Right is what means the same; no answer is what is asked for again.
"""

from __future__ import annotations

import sys
from collections import Counter

from connectors.speech.grammar import grammar_for
from connectors.speech.models import default_folder
from connectors.speech.ports import Hint
from connectors.speech.recognisers import live
from connectors.speech.telephone import telephone
from connectors.speech.voices.choose import choose_voice
from dialogues.types import Expects
from tests.connectors.speech.sounds import joined, silence


def main(name: str) -> None:
    voice, recogniser = choose_voice(name), live("vosk-en", default_folder())
    counts: Counter[tuple[str, str]] = Counter()
    for hint in (Hint(Expects.YES_NO), Hint(Expects.BEANS)):
        grammar = grammar_for(hint, lambda word: True)
        assert grammar is not None
        for phrase in grammar.meanings:
            text = f"{phrase[:1].upper()}{phrase[1:]}."
            clip = telephone(joined(silence(0.4), voice.speak(text), silence(0.7)))
            heard = recogniser.recognise(clip, hint).text
            meant = grammar.meaning(heard)
            result = "right" if meant == grammar.meaning(phrase) else "wrong" if meant else "no answer"
            counts["phrases" if " " in phrase else "single words", result] += 1
            if result != "right":
                print(f"{hint.expects.value:8} {phrase:24} {result:10} {heard}")
    for kind in ("phrases", "single words"):
        found = {result: counts[kind, result] for result in ("right", "wrong", "no answer")}
        print(f"{kind}: {sum(found.values())}, {found}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "hibari")
