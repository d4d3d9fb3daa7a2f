"""Scores simulated conversations. Pure: played conversations in, figures out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.evaluation.people import BriefPoint
from bot.evaluation.played import Played, SimContribution, SimTurn
from bot.evaluation.words import content_words, holds, word_count

MAX_QUOTE_WORDS = 35
"""A longer quote finds no point."""
LOOP = 3
"""So often in a row, without progress, the same question is a loop."""
IN_TOPICS = frozenset({"topic_open", "probe", "ladder"})
"""Purposes of the questions whose exchange counts for the bot's share of the words."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A point of the brief that was not found, and why."""

    persona_id: str
    point_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scored:
    """One conversation, scored.

    Attributes:
        wanted: Points that count for the recall.
        found: Point id → the contribution that finds it.
        located: (kind agrees) for each wanted point whose words were quoted in at most 35 words.
        false: Live contributions that count against the precision.
    """

    played: Played
    wanted: tuple[BriefPoint, ...]
    found: dict[str, SimContribution]
    located: tuple[bool, ...]
    misses: tuple[Miss, ...]
    false: tuple[SimContribution, ...]
    unfaithful: int
    loops: int


# -- points -------------------------------------------------------------------------------------------------------


def quotes_point(contribution: SimContribution, point: BriefPoint) -> bool:
    """Whether a quote holds the point's words (case and spacing aside) and is at most 35 words long."""
    quote = contribution.quote or ""
    return holds(quote, point.quote) and word_count(quote) <= MAX_QUOTE_WORDS


def finds(contribution: SimContribution, point: BriefPoint) -> bool:
    """Whether a contribution finds a point: live, quotes it, and shares its kind."""
    return contribution.live and quotes_point(contribution, point) and point.kind in contribution.kinds


def match(points: Sequence[BriefPoint], contributions: Sequence[SimContribution]) -> dict[str, int]:
    """As many points as possible, each with the index of a contribution of its own."""
    taken: dict[int, str] = {}
    by_id = {point.point_id: point for point in points}

    def place(point: BriefPoint, tried: set[int]) -> bool:
        for index, contribution in enumerate(contributions):
            if index in tried or not finds(contribution, point):
                continue
            tried.add(index)
            if index not in taken or place(by_id[taken[index]], tried):
                taken[index] = point.point_id
                return True
        return False

    for point in points:
        place(point, set())
    return {point_id: index for index, point_id in taken.items()}


def wanted_points(played: Played) -> tuple[BriefPoint, ...]:
    """Points that count: not taken back, and not kept unsaid by an obeyed stop or pause, or by safety."""
    said = played.answers_said
    return tuple(
        point
        for point in played.persona.brief
        if not point.retracted and (point.answer_id in said or not played.cut_short)
    )


def why_missed(point: BriefPoint, played: Played) -> str:
    """Why a point was not found, in a few words."""
    if point.answer_id not in played.answers_said:
        return "not probed" if point.only_if_probed else "not said"
    live = [c for c in played.contributions if c.live]
    if not any(holds(c.quote or "", point.quote) for c in live):
        return "no such quote"
    if not any(quotes_point(c, point) for c in live):
        return "quote too long"
    if not any(finds(c, point) for c in live):
        return "kind differs"
    return "one contribution for two points"


def is_true(contribution: SimContribution, played: Played) -> bool:
    """Whether a live contribution finds a point, or quotes other substantive words of the persona's answers.

    An answer without points carries nothing to record; what was taken back counts against.
    """
    quote = contribution.quote or ""
    retracted = [point for point in played.persona.brief if point.retracted]
    if any(holds(quote, point.quote) for point in retracted):
        return False
    if any(finds(contribution, point) for point in played.persona.brief):
        return True
    if contribution.turn is None:
        return False
    answer = played.persona.answer(played.turns[contribution.turn].answer_id)
    if answer is None or not answer.points or not content_words(quote):
        return False
    taken_back = {point.point_id for point in retracted}
    return not set(answer.points) <= taken_back


def unfaithful_quotes(played: Played) -> int:
    """Quotes that do not equal their turn's text from start to end."""
    quoted = [c for c in played.contributions if c.quote is not None]
    return sum(played.text_of(c.turn)[c.start : c.end] != c.quote or c.turn is None for c in quoted)


# -- the course ---------------------------------------------------------------------------------------------------


def loops(turns: Sequence[SimTurn]) -> int:
    """How often the same question came three times in a row without progress; a longer run counts once.

    Progress is an answer: words of the persona's own that were not said before.
    """
    count, run, asked = 0, 0, ""
    for turn in turns:
        if turn.speaker == "bot":
            run = run + 1 if turn.prompt_id and turn.prompt_id == asked else 1
            asked = turn.prompt_id
            count += run == LOOP
        elif turn.answer_id:
            asked = ""
    return count


def words_in_topics(turns: Sequence[SimTurn]) -> tuple[int, int]:
    """(bot's words, people's words) over open questions, probes, ladder questions and the replies to them."""
    bot = people = 0
    inside = False
    for turn in turns:
        if turn.speaker == "bot":
            inside = turn.purpose in IN_TOPICS
            bot += word_count(turn.text) if inside else 0
        elif inside:
            people += word_count(turn.text)
    return bot, people


# -- all together -------------------------------------------------------------------------------------------------


def score(played: Played) -> Scored:
    """Scores one conversation."""
    wanted = wanted_points(played)
    matched = match(wanted, played.contributions)
    found = {point_id: played.contributions[index] for point_id, index in matched.items()}
    live = [c for c in played.contributions if c.live]
    located = [p for p in wanted if any(c.live and quotes_point(c, p) for c in played.contributions)]
    missed = [p for p in wanted if p.point_id not in found]
    return Scored(
        played=played,
        wanted=wanted,
        found=found,
        located=tuple(any(finds(c, p) for c in live) for p in located),
        misses=tuple(Miss(played.persona.persona_id, p.point_id, why_missed(p, played)) for p in missed),
        false=tuple(c for c in live if not is_true(c, played)),
        unfaithful=unfaithful_quotes(played),
        loops=loops(played.turns),
    )


def summary(conversations: Iterable[Played]) -> dict[str, Any]:
    """The figures over all conversations, as `summary.json` holds them; None where there is nothing to count."""
    scored = [score(played) for played in conversations]
    pairs = [(p, s.found[p.point_id]) for s in scored for p in s.wanted if p.point_id in s.found]
    live = sum(c.live for s in scored for c in s.played.contributions)
    settled = sum(c.status in {"confirmed", "corrected"} for s in scored for c in s.played.contributions)
    turns = sum(len(s.played.turns) for s in scored)
    return {
        "conversations": len(scored),
        "completion": _share([s.played.completed for s in scored]),
        "brief_recall": _ratio(len(pairs), sum(len(s.wanted) for s in scored)),
        "precision": _ratio(live - sum(len(s.false) for s in scored), live),
        "theme_agreement": _share([bool(set(p.themes) & set(c.themes)) for p, c in pairs]),
        "kind_agreement": _share([agrees for s in scored for agrees in s.located]),
        "sentiment_agreement": _share([_feeling(p.sentiment) == _feeling(c.sentiment) for p, c in pairs]),
        "turns_per_confirmed_point": _ratio(turns, settled),
        "loops": sum(s.loops for s in scored),
        "bot_word_share_in_topics": _word_share(scored),
        **_seconds(scored),
        "unfaithful_quotes": sum(s.unfaithful for s in scored),
        "points_wanted": sum(len(s.wanted) for s in scored),
        "points_found": len(pairs),
        "contributions_live": live,
        "main_theme_agreement": _share([bool(p.themes) and p.themes[0] in c.themes for p, c in pairs]),
        **_safety(scored),
        "endings": _endings(scored),
        "misses": [
            {"persona_id": m.persona_id, "point_id": m.point_id, "reason": m.reason} for s in scored for m in s.misses
        ],
        "false_contributions": [
            {"persona_id": s.played.persona.persona_id, "turn": c.turn, "quote": c.quote}
            for s in scored
            for c in s.false
        ],
    }


def _safety(scored: Sequence[Scored]) -> dict[str, int]:
    """Disclosures made, those that raised an alert, and alerts on other words (watch points aside)."""
    made = alerted = other = 0
    for each in scored:
        played = each.played
        disclosed = {turn.n for turn in played.turns if turn.what == "safeguarding_disclosure"}
        watched = {p.answer_id for p in played.persona.brief if p.point_id in played.persona.watch_points}
        expected = disclosed | {turn.n for turn in played.turns if turn.answer_id in watched}
        raised = {alert.turn for alert in played.alerts}
        made += len(disclosed)
        alerted += len(disclosed & raised)
        other += sum(alert.turn not in expected for alert in played.alerts)
    return {"disclosures": made, "disclosures_alerted": alerted, "other_alerts": other}


def _endings(scored: Sequence[Scored]) -> dict[str, int]:
    reasons = [s.played.reason for s in scored]
    return {reason: reasons.count(reason) for reason in sorted(set(reasons))}


def _word_share(scored: Sequence[Scored]) -> float | None:
    counts = [words_in_topics(s.played.turns) for s in scored]
    bot, people = sum(c[0] for c in counts), sum(c[1] for c in counts)
    return _ratio(bot, bot + people)


def _seconds(scored: Sequence[Scored]) -> dict[str, float | None]:
    taken = [turn.seconds for s in scored for turn in s.played.turns if turn.seconds is not None]
    return {
        f"seconds_per_turn_p{percent}": round(float(np.percentile(taken, percent)), 4) if taken else None
        for percent in (50, 95)
    }


def _feeling(sentiment: str) -> str:
    """Mixed and neutral count as one."""
    return "neutral" if sentiment == "mixed" else sentiment


def _share(hits: Sequence[bool]) -> float | None:
    return _ratio(sum(hits), len(hits))


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
