"""What is measured for each kind of file. Pure: labelled and predicted rows in, figures out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.evaluation.fields import Row
from bot.evaluation.labels import (
    LEVELS,
    ActPair,
    FeedbackPair,
    Marked,
    Span,
    act_pair,
    feedback_pair,
    level_pair,
    spans_pair,
)
from bot.evaluation.metrics import (
    Figure,
    Indices,
    LabelFigures,
    Table,
    bootstrap,
    by_label,
    macro_f1,
    micro_f1,
    ratio,
    share,
    table,
)

DOING = frozenset(
    """repeat slower faster louder explain skip stop pause human go_back correct whats_next privacy take_back restart
    my_data goodbye""".split()
)
"""Acts that make the bot do something; taking an answer for one of these costs most."""
YES, NO = frozenset({"affirm", "affirm_but"}), frozenset({"deny", "deny_but"})
HELD = 0.8
"""A found point holds a marked one when it covers so much of its characters."""
APART = frozenset({"ORG", "ACCESS_CODE"})
"""Types of private words that are scored by themselves."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by name, and figures by label for each set of labels."""

    kind: str
    figures: dict[str, Figure]
    labels: dict[str, LabelFigures] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        figures = {name: figure.as_json() for name, figure in self.figures.items()}
        return {"kind": self.kind, "figures": figures, "labels": self.labels}


# -- acts ---------------------------------------------------------------------------------------------------------


def acts(rows: Sequence[Row]) -> Report:
    """Acts: macro-F1 lenient and strict, over all rows and by style, and the errors that cost most.

    Raises:
        RowError: For a missing or unknown label.
    """
    pairs = [act_pair(row) for row in rows]
    figures: dict[str, Figure] = {}
    for name, chosen in _by_style(pairs).items():
        gold, lenient = [p.gold for p in chosen], [p.lenient for p in chosen]
        figures[f"macro_f1_lenient{name}"] = _macro(gold, lenient)
        figures[f"macro_f1_strict{name}"] = _macro(gold, [p.predicted for p in chosen])
        figures[f"accuracy_lenient{name}"] = share([p.gold == p.lenient for p in chosen])
    gold, lenient = [p.gold for p in pairs], [p.lenient for p in pairs]
    names = sorted({*gold, *lenient})
    labels = {"acts": by_label(*_tables(gold, lenient, names), names)}
    return Report("acts", figures | _costly(gold, lenient), labels)


def _by_style(pairs: Sequence[ActPair]) -> dict[str, list[ActPair]]:
    styles = {f"_{style}": [p for p in pairs if p.style == style] for style in ("asr", "typed")}
    return {"": list(pairs)} | {name: chosen for name, chosen in styles.items() if chosen}


def _costly(gold: Sequence[str], lenient: Sequence[str]) -> dict[str, Figure]:
    is_answer = [g == "answer" for g in gold]
    swapped = [(p in YES and g in NO) or (p in NO and g in YES) for g, p in zip(gold, lenient, strict=True)]
    return {
        "answers_taken_for_commands": share([p != "answer" for p in lenient], is_answer),
        "answers_taken_for_doing_acts": share([p in DOING for p in lenient], is_answer),
        "commands_stored_as_answers": share([p == "answer" for p in lenient], [not each for each in is_answer]),
        "affirm_deny_swapped": share(swapped, [g in YES | NO for g in gold]),
    }


def _macro(gold: Sequence[str], predicted: Sequence[str]) -> Figure:
    return macro_f1(*_tables(gold, predicted, sorted({*gold, *predicted})))


def _tables(gold: Sequence[str], predicted: Sequence[str], names: Sequence[str]) -> tuple[Table, Table]:
    return table([(each,) for each in gold], names), table([(each,) for each in predicted], names)


# -- feedback -----------------------------------------------------------------------------------------------------


def feedback(rows: Sequence[Row]) -> Report:
    """Themes and kinds, micro and macro; sentiment in three classes.

    Raises:
        RowError: For a missing or mistyped label.
    """
    pairs = [feedback_pair(row) for row in rows]
    themes = _multi("themes", [p.themes for p in pairs], [p.predicted_themes for p in pairs])
    kinds = _multi("kinds", [p.kinds for p in pairs], [p.predicted_kinds for p in pairs])
    felt, read = [p.sentiment for p in pairs], [p.predicted_sentiment for p in pairs]
    names = sorted({*felt, *read})
    figures = {
        **themes.figures,
        "main_theme_found": share([set(p.themes[:1]) <= set(p.predicted_themes) for p in pairs]),
        **kinds.figures,
        "sentiment_macro_f1": _macro(felt, read),
        **_pointed(pairs),
    }
    sentiment = {"sentiment": by_label(*_tables(felt, read, names), names)}
    return Report("feedback", figures, themes.labels | kinds.labels | sentiment)


def _pointed(pairs: Sequence[FeedbackPair]) -> dict[str, Figure]:
    """Marked points that one found point holds, with a right kind; and found points that touch a marked one."""
    marked = [pair for pair in pairs if pair.points]
    if not marked:
        return {}
    held = [[[f for f in p.predicted_points if _holds(f, m)] for m in p.points] for p in marked]
    wanted = [len(p.points) for p in marked]
    kinds = [
        [any(set(f[2]) & set(m[2]) for f in found) for m, found in zip(p.points, row, strict=True)]
        for p, row in zip(marked, held, strict=True)
    ]
    right = [sum(any(_overlap(f, m) for m in p.points) for f in p.predicted_points) for p in marked]
    return {
        "points_quoted": ratio([sum(bool(found) for found in row) for row in held], wanted),
        "points_quoted_with_a_right_kind": ratio([sum(row) for row in kinds], wanted),
        "found_points_that_touch_one": ratio(right, [len(p.predicted_points) for p in marked]),
    }


def _holds(found: Marked, marked: Marked) -> bool:
    return _overlap(found, marked) >= HELD * (marked[1] - marked[0])


def _overlap(one: Marked, other: Marked) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _multi(name: str, gold: Sequence[tuple[str, ...]], predicted: Sequence[tuple[str, ...]]) -> Report:
    names = sorted({label for row in (*gold, *predicted) for label in row})
    tables = table(gold, names), table(predicted, names)
    figures = {f"{name}_micro_f1": micro_f1(*tables), f"{name}_macro_f1": macro_f1(*tables)}
    return Report(name, figures, {name: by_label(*tables, names)})


# -- safeguarding -------------------------------------------------------------------------------------------------


def safeguarding(rows: Sequence[Row]) -> Report:
    """Alerts by level, false alarms, and the level itself.

    Raises:
        RowError: For a missing or unknown level.
    """
    pairs = [level_pair(row) for row in rows]
    alert = [p.predicted != "none" for p in pairs]
    immediate = [p.gold == "immediate" for p in pairs]
    figures = {
        "immediate_raising_any_alert": share(alert, immediate),
        "immediate_raised_as_immediate": share([p.predicted == "immediate" for p in pairs], immediate),
        "concern_raising_any_alert": share(alert, [p.gold == "concern" for p in pairs]),
        "none_false_alarms": share(alert, [p.gold == "none" for p in pairs]),
        "level_accuracy_strict": share([p.gold == p.predicted for p in pairs]),
        "level_accuracy_lenient": share([p.predicted in p.acceptable for p in pairs]),
    }
    names = list(LEVELS)
    tables = _tables([p.gold for p in pairs], [p.predicted for p in pairs], names)
    return Report("safeguarding", figures, {"level": by_label(*tables, names)})


# -- privacy ------------------------------------------------------------------------------------------------------


def privacy(rows: Sequence[Row]) -> Report:
    """Recall and precision by overlap, whatever the type; organisations and access codes by themselves.

    Found words that touch only an organisation or access code are left out of the precision.

    Raises:
        RowError: For a span without a place.
    """
    pairs = [spans_pair(row) for row in rows]
    marked = [[s for s in p.gold if s[2] not in APART] for p in pairs]
    hidden = [[s for s in p.predicted if s[2] != "ORG"] for p in pairs]
    aside = [[s for s in p.gold if s[2] in APART] for p in pairs]
    judged = [
        [s for s in found if _touches(s, main) or not _touches(s, free)]
        for found, main, free in zip(hidden, marked, aside, strict=True)
    ]
    organisations, tagged = _of_type([p.gold for p in pairs], "ORG"), _of_type([p.predicted for p in pairs], "ORG")
    codes = _of_type([p.gold for p in pairs], "ACCESS_CODE")
    figures = {
        "recall": ratio(*_hits(marked, hidden)),
        "precision": ratio(*_hits(judged, marked)),
        "f1": _f1(_hits(marked, hidden), _hits(judged, marked)),
        "org_recall": ratio(*_hits(organisations, tagged)),
        "org_precision": ratio(*_hits(tagged, organisations)),
        "access_code_recall": ratio(*_hits(codes, hidden)),
    }
    return Report("privacy", figures, {"recall_by_type": _by_type(marked, hidden)})


_Found = Sequence[Sequence[Span]]


def _of_type(rows: _Found, kind: str) -> list[list[Span]]:
    return [[span for span in row if span[2] == kind] for row in rows]


def _touches(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end, _ in others)


def _hits(wanted: _Found, found: _Found) -> tuple[list[int], list[int]]:
    """For each row: how many of the wanted spans are touched, and how many there are."""
    touched = [sum(_touches(s, others) for s in row) for row, others in zip(wanted, found, strict=True)]
    return touched, [len(row) for row in wanted]


def _f1(recalled: tuple[list[int], list[int]], right: tuple[list[int], list[int]]) -> Figure:
    counts = np.array([*recalled, *right], dtype=float)

    def statistic(rows: Indices) -> float:
        touched, wanted, correct, said = counts[:, rows].sum(axis=1)
        if not wanted or not said:
            return float(np.nan)
        recall, precision = touched / wanted, correct / said
        return float(2 * recall * precision / (recall + precision)) if recall + precision else 0.0

    return bootstrap(counts.shape[1], statistic)


def _by_type(marked: _Found, hidden: _Found) -> LabelFigures:
    hits: dict[str, list[bool]] = {}
    for row, others in zip(marked, hidden, strict=True):
        for span in row:
            hits.setdefault(span[2], []).append(_touches(span, others))
    return {kind: {"recall": round(sum(h) / len(h), 4), "rows": len(h)} for kind, h in sorted(hits.items())}


MEASURES: dict[str, Callable[[Sequence[Row]], Report]] = {
    "acts": acts,
    "feedback": feedback,
    "safeguarding": safeguarding,
    "privacy": privacy,
}
