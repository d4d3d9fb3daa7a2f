"""Figures against labels: by hand-computed examples, and the command around them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import f1_score

from bot.evaluation.evaluate import as_json, evaluate, show, with_gold
from bot.evaluation.labels import kind_of
from bot.evaluation.measures import MEASURES, Report
from bot.evaluation.metrics import bootstrap, by_label, macro_f1, micro_f1, ratio, share, table
from dialogues.errors import SaysoError


def act(gold: str, predicted: str, *also: str, style: str = "asr") -> dict[str, Any]:
    return {"id": 1, "act": predicted, "gold": {"act": gold}, "also_ok": list(also), "style": style}


def values(report: Report) -> dict[str, float | int | None]:
    return {name: figure.as_json()["value"] for name, figure in report.figures.items()}


def test_f1_by_hand() -> None:
    names = ["a", "b"]
    gold, predicted = table([["a"], ["a"], ["b"], []], names), table([["a"], ["b"], ["b"], ["a"]], names)
    assert macro_f1(gold, predicted).value == pytest.approx((0.5 + 2 / 3) / 2)
    assert micro_f1(gold, predicted).value == pytest.approx(4 / 7)
    assert by_label(gold, predicted, names)["a"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "rows": 2}


def test_f1_is_what_others_compute() -> None:
    names = list("abcd")
    random = np.random.default_rng(1)
    gold, predicted = random.choice(names, 60).tolist(), random.choice(names[:3], 60).tolist()
    tables = table([[each] for each in gold], names), table([[each] for each in predicted], names)
    assert macro_f1(*tables).value == pytest.approx(f1_score(gold, predicted, average="macro"))
    assert micro_f1(*tables).value == pytest.approx(f1_score(gold, predicted, average="micro"))


def test_intervals_are_the_same_each_time_and_hold_the_figure() -> None:
    hits = [True] * 90 + [False] * 10
    first, again = share(hits), share(hits)
    assert first == again
    assert first.value == pytest.approx(0.9)
    assert 0.81 < first.low < 0.87
    assert 0.93 < first.high < 0.97


def test_nothing_to_count_gives_no_figure() -> None:
    assert share([]).as_json() == {"value": None, "low": None, "high": None, "rows": 0}
    assert ratio([0], [0]).as_json()["value"] is None
    assert np.isnan(bootstrap(3, lambda rows: np.nan).low)


def test_acts() -> None:
    rows = [
        act("answer", "answer"),
        act("answer", "stop"),
        act("answer", "thanks", "thanks"),
        act("answer", "affirm"),
        act("stop", "answer"),
        act("stop", "stop", style="typed"),
        act("affirm", "deny_but"),
        act("deny", "deny"),
    ]
    found = values(MEASURES["acts"](rows))
    assert found["answers_taken_for_commands"] == 0.5
    assert found["answers_taken_for_doing_acts"] == 0.25
    assert found["commands_stored_as_answers"] == 0.25
    assert found["affirm_deny_swapped"] == 0.5
    assert found["accuracy_lenient"] == 0.5
    lenient, strict = found["macro_f1_lenient"], found["macro_f1_strict"]
    assert lenient is not None
    assert strict is not None
    assert lenient > strict
    assert found["macro_f1_strict_typed"] == 1.0


def test_feedback() -> None:
    rows = [
        {
            "themes": ["food_and_drink"],
            "kinds": ["problem"],
            "sentiment": "negative",
            "kind": ["problem"],
            "gold": {"themes": ["food_and_drink", "cost_and_money"], "sentiment": "negative"},
        },
        {
            "themes": ["nothing_to_say"],
            "kinds": [],
            "sentiment": "neutral",
            "kind": ["praise"],
            "gold": {"themes": ["transport_and_parking"], "sentiment": "mixed"},
        },
    ]
    found = values(MEASURES["feedback"](rows))
    assert found["themes_micro_f1"] == round(2 / 5, 4)
    assert found["themes_macro_f1"] == 0.25
    assert found["kinds_macro_f1"] == 0.5
    assert found["main_theme_found"] == 0.5
    assert found["sentiment_macro_f1"] == 1.0  # mixed counts as neutral
    assert "points_quoted" not in found  # none are marked


def test_points() -> None:
    def point(start: int, end: int, kind: str) -> dict[str, object]:
        return {"start": start, "end": end, "kinds": [kind]}

    row = {
        "themes": ["food_and_drink"], "kinds": ["problem"], "sentiment": "negative", "kind": ["problem"],
        "points": [point(0, 19, "problem"), point(25, 30, "praise"), point(40, 60, "praise")],
        "gold": {
            "themes": ["food_and_drink"], "sentiment": "negative",
            "points": [point(0, 20, "problem"), point(24, 40, "praise"), point(41, 58, "problem")],
        },
    }  # fmt: skip
    found = values(MEASURES["feedback"]([row]))
    assert found["points_quoted"] == round(2 / 3, 4)
    assert found["points_quoted_with_a_right_kind"] == round(1 / 3, 4)
    assert found["found_points_that_touch_one"] == 1.0


def test_safeguarding() -> None:
    def row(gold: str, predicted: str, *ok: str) -> dict[str, Any]:
        return {"level": predicted, "gold": {"level": gold}, "acceptable_levels": list(ok)}

    rows = [
        row("immediate", "immediate"),
        row("immediate", "concern"),
        row("concern", "none", "concern", "none"),
        row("concern", "immediate"),
        row("none", "none"),
        row("none", "concern"),
    ]
    found = values(MEASURES["safeguarding"](rows))
    assert found["immediate_raising_any_alert"] == 1.0
    assert found["immediate_raised_as_immediate"] == 0.5
    assert found["concern_raising_any_alert"] == 0.5
    assert found["none_false_alarms"] == 0.5
    assert found["level_accuracy_strict"] == round(2 / 6, 4)
    assert found["level_accuracy_lenient"] == 0.5


def spans(*found: tuple[int, int, str]) -> list[dict[str, Any]]:
    return [{"start": start, "end": end, "type": kind} for start, end, kind in found]


def test_privacy_by_overlap_whatever_the_type() -> None:
    rows = [
        {"gold": {"spans": spans((0, 5, "NAME"), (10, 20, "ORG"))}, "spans": spans((4, 9, "PHONE"), (12, 15, "NAME"))},
        {"gold": {"spans": spans((0, 4, "DOB"), (6, 9, "ACCESS_CODE"))}, "spans": spans((0, 4, "ORG"), (6, 9, "BANK"))},
        {"gold": {"spans": []}, "spans": spans((0, 3, "NAME"))},
        {"gold": {"spans": spans((0, 9, "ORG"))}, "spans": spans((2, 5, "ORG"))},
    ]
    found = values(MEASURES["privacy"](rows))
    assert found["recall"] == 0.5  # the name; a date tagged as an organisation is not hidden
    assert found["precision"] == 0.5  # touching only an organisation or a code does not count
    assert found["f1"] == 0.5
    assert (found["org_recall"], found["org_precision"]) == (0.5, 0.5)
    assert found["access_code_recall"] == 1.0


def test_touching_ends_are_no_overlap() -> None:
    rows = [{"gold": {"spans": spans((0, 5, "NAME"))}, "spans": spans((5, 9, "NAME"))}]
    assert values(MEASURES["privacy"](rows))["recall"] == 0.0


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"act": "stop", "context": "And?"}, "acts"),
        ({"level": "none", "type": "idiom"}, "safeguarding"),
        ({"spans": []}, "privacy"),
        ({"themes": [], "kind": []}, "feedback"),
        ({"level": "none", "spans": [], "gold": {"spans": []}}, "privacy"),
        ({"level": "none", "spans": [], "gold": {"level": "none"}}, "safeguarding"),
    ],
)
def test_the_kind_is_found_by_the_labels(row: dict[str, Any], kind: str) -> None:
    assert kind_of(row) == kind


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "acts.jsonl"
    rows = [{"id": n, "text": "stop", "act": "stop", "also_ok": []} for n in range(4)]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


async def always_stop(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "act": "stop", "gold": {"act": row["act"]}}


async def test_raw_labels_are_predicted_first(labelled: Path) -> None:
    report, code = await evaluate(labelled, predictors={"acts": always_stop})
    assert (report.kind, code) == ("acts", 0)
    assert values(report)["macro_f1_strict"] == 1.0


async def test_predictions_may_come_in_a_file_of_their_own(labelled: Path, tmp_path: Path) -> None:
    predicted = tmp_path / "out.jsonl"
    predicted.write_text("\n".join(json.dumps({"id": n, "act": "pause" if n else "stop"}) for n in range(4)))
    report, _ = await evaluate(predicted, gold=labelled)
    assert values(report)["accuracy_lenient"] == 0.25


def test_predictions_without_labels_are_refused() -> None:
    with pytest.raises(SaysoError) as raised:
        with_gold([{"id": 1, "act": "stop"}], [{"id": 2, "act": "stop"}])
    assert raised.value.code == "gold_missing"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ("", None, "file_empty"),
        ('{"id": 1}', None, "row_invalid"),
        ('{"id": 1, "act": "stop"}', None, "predictor_missing"),
        ('{"id": 1, "act": "stop"}', "shapes", "kind_unknown"),
        ('{"id": 1, "act": "hop", "gold": {"act": "stop"}}', None, "file_empty"),
    ],
)
async def test_what_cannot_be_measured_is_said(tmp_path: Path, content: str, kind: str | None, code: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(SaysoError) as raised:
        await evaluate(path, kind=kind)
    assert raised.value.code == code


async def test_a_bad_row_is_reported_and_the_rest_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [act("stop", "stop"), act("stop", "hop"), act("deny", "deny")]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    report, code = await evaluate(path)
    assert code == 1
    assert report.figures["accuracy_lenient"].rows == 2
    assert "Line 2" in capsys.readouterr().err


def test_a_report_prints_as_tables_and_as_json() -> None:
    report = MEASURES["acts"]([act("stop", "stop"), act("answer", "stop")])
    console = Console(file=io.StringIO(), width=120)
    show(report, console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "macro f1 lenient" in printed
    assert "95 % interval" in printed
    assert json.loads(as_json(report))["figures"]["answers_taken_for_commands"]["value"] == 1.0
