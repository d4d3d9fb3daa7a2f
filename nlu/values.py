"""What an act carries: the number, the option, the part to change, the subject taken back. Pure functions.

Shared by the client of the nlu server and by the built-in rules, so that both give the same values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogues.types import Act, Context, Expects, Option, Value
from nlu.number_words import best_label, final_number, find_numbers, is_mostly_number, labelled_numbers, remaining_in

DIGIT_ANSWERS = frozenset({Expects.SCALE, Expects.BEANS, Expects.CHOICE})
"""Kinds under which a keypad digit is the answer itself."""

_KEYS = {"1": Act.AFFIRM, "2": Act.DENY, "0": Act.HUMAN, "*": Act.REPEAT, "#": Act.SKIP}
_OPTION_ACTS = {
    "yes": Act.AFFIRM,
    "no": Act.DENY,
    "right": Act.AFFIRM,
    "change": Act.CORRECT,
    "take_out": Act.TAKE_BACK,
}
_SETTLED = frozenset(
    {Act.ANSWER, Act.AFFIRM, Act.AFFIRM_BUT, Act.DENY, Act.DENY_BUT, Act.PARTIAL, Act.CORRECT, Act.OFF_TOPIC}
)
"""Acts that a number or an option in the words may turn into an answer."""
_SHORT_WORDS = 8


def keypad_act(text: str, context: Context) -> Act | None:
    """The act of a single phone key; None when the text is no key, or a key that is an answer here."""
    key = text.strip()
    option = next((option for option in context.options if option.key == key), None)
    if option is not None and context.kind is not Expects.CHOICE:
        named = option_act(option)
        if named is not None:
            return named
    is_answer = key.isdigit() and (option is not None or context.kind in DIGIT_ANSWERS)
    return None if is_answer and not (context.kind is Expects.CHOICE and option is None) else _KEYS.get(key)


def option_act(option: Option) -> Act | None:
    """The act that an option under a yes-or-no or read-back prompt stands for ("yes", "change", any act's name)."""
    if option.value in _OPTION_ACTS:
        return _OPTION_ACTS[option.value]
    return Act(option.value) if option.value in set(Act) else None


def refine(text: str, act: Act, context: Context) -> tuple[Act, Value]:
    """The act as the question makes it, and its value.

    Under scale, beans and choice a settled number or a recognised option is an answer, whatever it looked like alone.
    """
    if context.kind is Expects.CHOICE:
        return _refine_choice(text, act, context)
    if context.kind in {Expects.SCALE, Expects.BEANS}:
        return _refine_number(text, act, context)
    return act, value_of(text, act)


def value_of(text: str, act: Act) -> Value:
    """The part to change for correct, the subject for take_back, else None."""
    if act is Act.CORRECT:
        return correction(text)
    if act is Act.TAKE_BACK:
        return take_back_subject(text)
    return None


def _refine_choice(text: str, act: Act, context: Context) -> tuple[Act, Value]:
    exact = exact_option(text, context.options)
    if exact is not None:
        return Act.ANSWER, exact.value
    if act in _SETTLED:
        option = match_option(text, context.options)
        if option is not None:
            return Act.ANSWER, option.value
    return act, value_of(text, act)


def _refine_number(text: str, act: Act, context: Context) -> tuple[Act, Value]:
    if act in _SETTLED or is_mostly_number(text):
        value = number_value(text, context)
        if value is not None and (act is Act.ANSWER or len(text.split()) <= _SHORT_WORDS or isinstance(value, tuple)):
            return Act.ANSWER, value
    return act, value_of(text, act)


# Numbers --------------------------------------------------------------------------------------------------------------

_ALL_REST = re.compile(r"\b(?:the rest|what'?s left|what is left|all that'?s left|the remainder)\b", re.IGNORECASE)


def number_value(text: str, context: Context) -> float | tuple[tuple[str, float], ...] | None:
    """The number for scale and beans, or (label, number) pairs when things are named; None when nothing is settled."""
    if context.kind is not Expects.BEANS:
        return final_number(text)
    pairs = _bean_pairs(text, context)
    if pairs:
        return pairs
    left = remaining_in(context.question)
    if _ALL_REST.search(text) and not find_numbers(text):
        return left
    if text.strip().lower().rstrip(".!") in {"all of them", "all", "the lot", "the whole lot"}:
        return left
    return final_number(text)


def _bean_pairs(text: str, context: Context) -> tuple[tuple[str, float], ...]:
    pairs = labelled_numbers(text, context.labels)
    asked = best_label(context.question.rstrip(" ?").rsplit(".", 1)[-1], context.labels)
    numbers = [n for n in find_numbers(text) if 0 <= n.value <= 10]
    if len(pairs) == 1 and len(numbers) == 1 and pairs[0][0] == asked:
        return ()  # the very thing that was asked: a plain number says it
    unnamed = len(numbers) == len(pairs) + 1 and bool(pairs)
    if unnamed and asked is not None and asked not in dict(pairs) and re.match(r"\W*[\w-]+\s*(?:[.,;]|and\b)", text):
        return ((asked, numbers[0].value), *pairs)
    return pairs


# Options --------------------------------------------------------------------------------------------------------------

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_ORDINAL_WORDS = r"\b(?:the|number|option)\s+{}\b(?!\s+(?:time|thing|day|week|place))|^\W*{}\W*(?:one|please)?\W*$"
_SPOKEN_KEYS = {
    "1": "one",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
}


def exact_option(text: str, options: Sequence[Option]) -> Option | None:
    """The option whose label, value or key is the whole reply (buttons, keypad, "home care please")."""
    said = _plain(text)
    for option in options:
        names = {_plain(option.label), _plain(option.value), _plain(option.value.replace("_", " ")), option.key.strip()}
        if said and (said in names or text.strip() in names or _SPOKEN_KEYS.get(option.key) == said):
            return option
    return None


def match_option(text: str, options: Sequence[Option]) -> Option | None:
    """The one option that a reply means: by label, key, position or words in common; None when unclear."""
    exact = exact_option(text, options)
    if exact is not None:
        return exact
    lowered = text.lower()
    for option, ordinal, cardinal in zip(options, _ORDINALS, _SPOKEN_KEYS.values(), strict=False):
        digit = str(_ORDINALS.index(ordinal) + 1)
        words = f"(?:{ordinal}|{cardinal}|{digit})"
        if len(lowered.split()) <= _SHORT_WORDS and re.search(_ORDINAL_WORDS.format(words, words), lowered):
            return option
    if options and len(lowered.split()) <= _SHORT_WORDS and re.search(r"\bthe (?:last|latter) (?:one)?", lowered):
        return options[-1]
    inside = [option for option in options if f" {_plain(option.label)} " in f" {_plain(text)} "]
    if len(inside) == 1:
        return inside[0]
    label = best_label(text, [option.label for option in options])
    return next((option for option in options if option.label == label), None)


def _plain(text: str) -> str:
    words = re.findall(r"[^\W_]+", text.lower().replace("_", " "))
    polite = {"please", "the", "a", "my", "thanks", "thank", "you", "love", "then", "well", "oh"}
    return " ".join([word for word in words if word not in polite] or words)


# The part to change, and the subject taken back -----------------------------------------------------------------------

_SAID = re.compile(
    r"\b(?:(?:i|what i)\s+(?:actually\s+|really\s+)?(?:said|meant|mean|told you)(?:\s+was)?|it should(?:'ve|"
    r" have)? (?:be|been|say|said)|"
    r"(?:change|make) (?:it|that) (?:to|say)|should be|ought to be|put|it (?:was|were|is|wor)|it's|"
    r"that's)\s*[,:]?\s+(?P<part>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_SAID_LAST = re.compile(
    r"^(?P<part>.+?),?\s+(?:is |was )?(?:what )?i (?:said|meant|told you)\W*$", re.IGNORECASE | re.DOTALL
)
_OPENERS = re.compile(
    r"^(?:\W*(?:no|nay|not quite|nope|well|oh|sorry|wait|hang on|er|erm|um|hold on|you'?ve got that wrong|"
    r"that'?s wrong|that'?s not right|it'?s wrong|wrong)\b[\s,.;:!-]*)+",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"^(?:it\s+(?:was|were|is|wor)\s+)?not?\b.+?[,;]?\s+(?:but|it was|it were|it's)\s+(?P<part>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_IT_WAS = re.compile(r"^(?:it|that|they|he|she)(?:'s|\s+(?:was|were|is|are|wor))\s+", re.IGNORECASE)
_EMPTY_PART = re.compile(
    r"^(?:that|it|wrong|not (?:right|it|what i said|that)|incorrect|all wrong|not quite right|a mistake)?\W*$",
    re.IGNORECASE,
)


def correction(text: str) -> str | None:
    """The words to put instead ("no, I said six o'clock" → "six o'clock"); None when only the fault is named."""
    body = _OPENERS.sub("", text.strip())
    for pattern in (_SAID_LAST, _NOT_BUT, _SAID):
        match = pattern.search(body)
        if match:
            return _part(match.group("part"))
    return _part(body) if body and body != text.strip() else None


def _part(words: str) -> str | None:
    part = _IT_WAS.sub("", re.sub(r"(?:,\s*)?\bnot\s+[^,]*$", "", words.strip())).strip(" \t\n.,;:!?\"'")
    return None if _EMPTY_PART.match(part) else part


_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|to do with|on the subject of|mentioning|mention of|of(?! it\b)|"
    r"with)\s+(?P<subject>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_THING = re.compile(
    r"\b(?:take|taking|cross|leave|strike|rub|scrub|cut|delete|remove|wipe|drop|withdraw|scratch|forget|lose|"
    r"scrap|don'?t (?:put|write|keep|use|include|mention|record|count)|not (?:put|write|keep|use|include|"
    r"mention|record|count))\s+"
    r"(?:out\s+|off\s+|down\s+|back\s+)?(?P<subject>.+?)(?:\s+(?:out of (?:it|this|that)|out|off|down|back|"
    r"away|in|on record|from (?:the|your|my) \w+))*\W*$",
    re.IGNORECASE | re.DOTALL,
)
_NO_SUBJECT = re.compile(
    r"^(?:it|that|this|them|all|everything|all of (?:it|that)|it all|the lot|that (?:one|bit|part|last bit)|"
    r"the last (?:bit|one|thing|part)|"
    r"what i (?:just )?said|what i(?:'ve| have)? (?:just )?(?:said|told you)|i (?:ever )?(?:said|"
    r"told you) (?:that|it|anything)|"
    r"that (?:bit )?(?:i (?:just )?said)|my words|any of (?:it|that)|owt|anything)?(?:\s+(?:please|now|love|"
    r"duck|then|altogether|completely))*\W*$",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:\W+(?:please|love|duck|pet|now|then|if you (?:would|don'?t mind)|will you|would you|can you|"
    r"could you|thank you|thanks|out|off|down|in))+\W*$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:what|all|everything|anything|that|the (?:bit|part|thing|one|stuff)|that (?:bit|part|thing|one)|"
    r"the)\s+)?(?:i (?:just )?(?:said|told you)\s+)?(?:about|on|where i (?:said|mentioned))?\s*(?:the\s+|"
    r"my\s+|me\s+|our\s+)?",
    re.IGNORECASE,
)


def take_back_subject(text: str) -> str | None:
    """What is taken back ("take back what I said about meals" → "meals"); None for all of it, or "that"."""
    for pattern in (_ABOUT, _THING):
        match = pattern.search(text.strip())
        if match:
            subject = _subject(match.group("subject"))
            if subject is not None:
                return subject
    return None


def _subject(words: str) -> str | None:
    first = re.split(
        r"[.;!?]|,\s|\s+(?:because|cos|as i|if (?:it|she|he|they)|i don'?t|it(?:'?s| is| was)|he(?:'?s| is)|"
        r"she(?:'?s| is|'?d)|they)\b",
        words,
        maxsplit=1,
    )[0]
    kept = _TRAILING.sub("", first).strip(" \t\n.,;:!?\"'")
    if _NO_SUBJECT.match(kept):
        return None
    kept = _LEADING.sub("", kept).strip()
    return None if _NO_SUBJECT.match(kept) else kept or None
