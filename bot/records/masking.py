"""Removes particular words from texts that stay: what was taken back must not live on in Sayso's own sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.records.work import Work
from bot.storage.models import ContributionRow, TurnRow
from dialogues.types import Status

MASK = "█"  # one for each character, so that the offsets of other quotes stand
_ABOUT_A_POINT = ("quote", "label", "read_back", "i_statement", "said")
_SHORTEST = 3  # characters; a shorter needle would hit half the sentence


def mask(text: str, words: Iterable[str | None]) -> str:
    """The text with each of the words replaced, letter by letter, whatever their case."""
    needles = sorted({word for word in words if word and len(word) >= _SHORTEST}, key=len, reverse=True)
    if not needles:
        return text
    anyone = "|".join(re.escape(needle) for needle in needles)
    pattern = re.compile(rf"(?<!\w)(?:{anyone})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda match: MASK * len(match.group()), text)


def hide_name(text: str, name: str) -> str:
    """The text with a name, as a whole word, replaced by `[name]`."""
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text, flags=re.IGNORECASE) if name else text


def drop_name(text: str, name: str) -> str:
    """The text without a name and the comma before it: "Goodbye, Winnie." becomes "Goodbye."."""
    return re.sub(rf",?\s*(?<!\w){re.escape(name)}(?!\w)", "", text, flags=re.IGNORECASE) if name else text


def mask_deep(value: Any, words: list[str | None]) -> Any:
    """`mask` for every string inside a JSON value; keys stay."""
    if isinstance(value, str):
        return mask(value, words)
    if isinstance(value, dict):
        return {key: mask_deep(item, words) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_deep(item, words) for item in value]
    return value


async def mask_in_bot_turns(work: Work, words: list[str | None]) -> None:
    """Masks words in what Sayso said so far in this conversation, and in its stored replies."""
    table = TurnRow.__table__
    query = select(TurnRow.id, TurnRow.speaker, TurnRow.text, TurnRow.reply).where(
        TurnRow.conversation_id == work.conversation_id
    )
    changed = []
    for row in (await work.execute(query)).all():
        text = mask(row.text, words) if row.text and row.speaker == "bot" else row.text
        reply = mask_deep(row.reply, words) if row.reply else row.reply
        if (text, reply) != (row.text, row.reply):
            changed.append({"row_id": row.id, "new_text": text, "new_reply": reply})
    if changed:
        statement = update(table).where(table.c.id == bindparam("row_id"))  # type: ignore[arg-type]
        values = {"text": bindparam("new_text"), "reply": bindparam("new_reply", type_=TurnRow.reply.type)}
        await work.execute(statement.values(values), changed)


async def mask_withdrawn(work: Work) -> None:
    """At the end of a conversation: takes withdrawn quotes out of the person's own turns, the state and the replies.

    Characters that a live quote shares stay.
    """
    query = select(ContributionRow.__table__).where(ContributionRow.conversation_id == work.conversation_id)
    rows = (await work.execute(query)).all()
    gone = [row for row in rows if row.status == Status.WITHDRAWN]
    if not gone:
        return
    words: list[str | None] = []
    for number in sorted({row.turn_number for row in gone}):
        text = await work.turn_text(number)
        if text is None:
            continue
        words += [text[row.start : row.end] for row in gone if row.turn_number == number]
        live = [(row.start, row.end) for row in rows if row.turn_number == number and row not in gone]
        spans = [(row.start, row.end) for row in gone if row.turn_number == number]
        await _store_text(work, number, mask_spans(text, spans, live))
    quotes = {word for word in words if word}
    words += [word for column in ("state", "last_reply") for word in _words_about(work.current(column), quotes)]
    await mask_in_bot_turns(work, words)
    for column in ("state", "last_reply"):
        work.changes[column] = mask_deep(work.current(column), words)


def _words_about(value: Any, quotes: set[str]) -> Iterator[str]:
    """What a stored state says about points with these quotes: labels, read-backs, statements."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _words_about(item, quotes)
    if not isinstance(value, dict):
        return
    point = value.get("point")
    if value.get("quote") in quotes or (isinstance(point, dict) and point.get("quote") in quotes):
        yield from (str(value[key]) for key in _ABOUT_A_POINT if value.get(key))
    for item in value.values():
        yield from _words_about(item, quotes)


def mask_spans(text: str, gone: list[tuple[int, int]], live: list[tuple[int, int]]) -> str:
    """The text with the `gone` spans masked, except where a `live` span lies over them."""

    def inside(index: int, spans: list[tuple[int, int]]) -> bool:
        return any(start <= index < end for start, end in spans)

    return "".join(
        MASK if inside(index, gone) and not inside(index, live) else character for index, character in enumerate(text)
    )


async def _store_text(work: Work, number: int, text: str) -> None:
    statement = update(TurnRow).where(TurnRow.conversation_id == work.conversation_id, TurnRow.number == number)
    await work.execute(statement.values(text=text))
    work.texts[number] = text
