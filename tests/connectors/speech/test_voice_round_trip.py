"""Our prompts, spoken, over a telephone line, and heard again by the recognisers: what is said can be understood.

`PYTHONPATH=. python tests/connectors/speech/test_voice_round_trip.py` prints the word errors.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

from connectors.speech.measure import Errors, total, word_errors
from connectors.speech.models import default_folder, is_present
from connectors.speech.ports import Recogniser, Voice
from connectors.speech.recognisers import live, second_pass
from connectors.speech.telephone import telephone
from connectors.speech.voices.choose import VoiceFolders, choose_voice
from connectors.speech.voices.spoken import spoken
from dialogues.errors import SaysoError
from dialogues.lint import filled
from dialogues.script import default_script

pytestmark = pytest.mark.real_speech

WORDINGS = """opening.hello consent.promise consent.keep needs.will_be_plain warm_up.week topics.open_easier
read_back.intro safety.ring_999""".split()
MOST_ERRORS = 0.15
"""Source: the bar set for this test; Whisper base misread 2.2 % of eight of our prompts when hibari was chosen."""


def recogniser(model: str) -> Recogniser:
    if not is_present(model, default_folder()):
        warnings.warn(f"NOT TESTED: the model {model} is not here. Run: sayso models fetch {model}", stacklevel=2)
        pytest.skip(f"the model {model} is not here")
    opened = second_pass(model, default_folder()) if model.startswith("whisper") else live(model, default_folder())
    assert opened is not None
    return opened


def voice(name: str) -> Voice:
    kokoro = os.environ.get("SAYSO_KOKORO")
    try:
        return choose_voice(name, VoiceFolders(kokoro=Path(kokoro) if kokoro else None))
    except SaysoError as error:
        warnings.warn(f"NOT TESTED: {error.message}", stacklevel=2)
        pytest.skip(error.message)


def misheard(speaking: Voice, hearing: Recogniser, pace: int) -> Errors:
    texts = [spoken(filled(default_script().wordings[wording].text)) for wording in WORDINGS]
    heard = [hearing.recognise(telephone(speaking.speak(text, pace))).text for text in texts]
    return total(map(word_errors, texts, heard))


@pytest.mark.parametrize(
    ("model", "pace"), [("whisper-base", 110), ("whisper-base", 150), ("whisper-base", 190), ("vosk-en", 150)]
)
def test_our_prompts_are_understood_over_the_telephone(model: str, pace: int) -> None:
    errors = misheard(voice("hibari"), recogniser(model), pace)
    assert errors.rate <= MOST_ERRORS, errors


@pytest.mark.parametrize(("name", "most"), [("kokoro", MOST_ERRORS), ("espeak", 2 * MOST_ERRORS)])
def test_so_are_the_other_voices_and_the_fallback_about(name: str, most: float) -> None:
    errors = misheard(voice(name), recogniser("whisper-base"), 150)
    assert errors.rate <= most, errors


if __name__ == "__main__":
    for spoken_by in ("hibari", "espeak"):
        for heard_by in ("vosk-en", "whisper-base"):
            found = misheard(voice(spoken_by), recogniser(heard_by), 150)
            print(f"{spoken_by}, heard by {heard_by}: {found.count} of {found.words} words, {found.rate:.1%}")
