"""Runtime grammars: what is likely to be said in reply to a closed question, and what a grammar's words mean.

A grammar helps with short replies, which a language model for dictation mishears ("no" as "now"). It also hears a
likely reply in anything: see `vosk_recogniser` for when it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from connectors.speech.number_words import in_words
from connectors.speech.phrases import AMOUNTS, COMMANDS, NO, NUMBERS, ORDINALS, READ_BACK, YES, YES_OR_NO, Phrases
from connectors.speech.ports import Hint
from dialogues.types import Expects

WORD_WEIGHT, PHRASE_WEIGHT, COMMAND_WORD_WEIGHT, COMMAND_WEIGHT = 20, 2, 4, 1
"""How often each is named to Vosk, which counts words to guess what comes next.

Source: tuned; see `short_answers`. With all alike, pieces of phrases ("you", "do", "why") drown a short "no" or "two".
"""

_SEVERAL = ""


@dataclass(frozen=True)
class Grammar:
    """What may be said, by what it means.

    Attributes:
        answers: Meaning and phrase of each likely reply.
        commands: Meaning and phrase of what is understood besides, and seldom said.
    """

    answers: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...] = ()

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each phrase means; a reply wins over a command of the same words."""
        return {phrase: meaning for meaning, phrase in (*self.commands, *self.answers)}

    def weighted(self) -> list[str]:
        """The phrases as Vosk takes them, the likelier ones named more often."""
        weighted = [(phrase, PHRASE_WEIGHT if " " in phrase else WORD_WEIGHT) for _, phrase in self.answers]
        weighted += [(phrase, COMMAND_WEIGHT if " " in phrase else COMMAND_WORD_WEIGHT) for _, phrase in self.commands]
        return [phrase for phrase, weight in weighted for _ in range(weight)]

    def only_words(self) -> Grammar:
        """The same with nothing but single words: coarser, and surer with what is short and faint."""
        return Grammar(_single(self.answers), _single(self.commands))

    def meaning(self, text: str) -> str | None:
        """What recognised words mean: None where they are no whole phrases, or phrases of several meanings.

        Vosk puts the words of all phrases together as it likes: "do you" is a piece of a phrase, and means nothing.
        """
        readings = set(self._readings(tuple(text.split())))
        return next((reading for reading in sorted(readings) if reading != _SEVERAL), None)

    def _readings(self, words: tuple[str, ...]) -> Iterator[str]:
        for size in range(1, len(words) + 1):
            first = self.meanings.get(" ".join(words[:size]))
            if first is not None and size == len(words):
                yield first
            elif first is not None:
                yield from (first if rest == first else _SEVERAL for rest in self._readings(words[size:]))


def grammar_for(hint: Hint, knows: Callable[[str], bool]) -> Grammar | None:
    """The grammar of a question.

    Args:
        hint: What the question expects.
        knows: Tells whether a word is in the model's vocabulary; phrases with other words are left out.

    Returns:
        None for questions that are answered freely, and where the model knows no word of the grammar.
    """
    answers = _known(_answers(hint), knows)
    return Grammar(answers, _known(_commands(hint), knows)) if answers else None


def normalised(text: str) -> str:
    """What a grammar recognised, tidied: no marks of unknown words or noise, no word said twice over."""
    words = [word for word in text.split() if not word.startswith(("[", "<"))]
    return " ".join(word for before, word in zip(["", *words], words, strict=False) if word != before)


def _answers(hint: Hint) -> Iterable[tuple[str, str]]:
    match hint.expects:
        case Expects.YES_NO:
            return _pairs({"yes": YES, "no": NO})
        case Expects.READ_BACK:
            return _pairs({"yes": YES, "no": NO, **READ_BACK})
        case Expects.SCALE | Expects.BEANS:
            return _pairs({**NUMBERS, **AMOUNTS})
        case Expects.CHOICE:
            return _choices(hint)
        case _:
            return ()


def _commands(hint: Hint) -> Iterable[tuple[str, str]]:
    return _pairs(COMMANDS | YES_OR_NO if hint.expects in {Expects.SCALE, Expects.BEANS} else COMMANDS)


def _choices(hint: Hint) -> Iterable[tuple[str, str]]:
    for position, option in enumerate(hint.options):
        yield option.value, spoken(option.label)
        if option.key.isdecimal():
            yield option.value, in_words(int(option.key))
            yield option.value, f"number {in_words(int(option.key))}"
        if position < len(ORDINALS):
            yield option.value, f"the {ORDINALS[position]} one"
            yield option.value, ORDINALS[position]
    if hint.options:
        yield hint.options[-1].value, "the last one"


def spoken(label: str) -> str:
    """A label as it is said: lower case, numbers in words, no punctuation."""
    kept = "".join(letter if letter.isalnum() or letter == "'" else " " for letter in label.lower().replace("’", "'"))
    return " ".join(in_words(int(word)) if word.isdecimal() and len(word) <= 6 else word for word in kept.split())


def _single(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((meaning, phrase) for meaning, phrase in pairs if " " not in phrase)


def _pairs(phrases: dict[str, Phrases]) -> Iterable[tuple[str, str]]:
    return ((meaning, phrase) for meaning, said in phrases.items() for phrase in said)


def _known(pairs: Iterable[tuple[str, str]], knows: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    return tuple((meaning, phrase) for meaning, phrase in pairs if phrase and all(map(knows, phrase.split())))
