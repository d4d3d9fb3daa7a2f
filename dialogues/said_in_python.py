"""What the Python flows say and call: wordings with the slots they fill, and flows they put on the stack.

The checker compares the YAML files with this list; a test compares this list with the Python code.
"""

from __future__ import annotations

COMMON_SLOTS = frozenset({"name", "service", "people", "organisation", "urgent", "code", "date", "days"})
"""Slots that every wording may use."""

FLOWS = frozenset(
    {"call_offer", "safety", "urgent", "rest", "restart", "withdraw_all", "take_back", "second_hearing", "stop_sure"}
)
"""Flows that Python puts on the stack."""

WRITTEN_IN_PYTHON = frozenset({"topics", "beans", "read_back", "take_back", "second_hearing"})
"""Flows without steps in YAML."""

_PLAIN = (
    "beans.guess beans.abstain read_back.left read_back.out read_back.intro read_back.fix "
    "repair.paused repair.changed_earlier repair.changed repair.reminder second_hearing.changed second_hearing.left "
    "repair.sorry repair.welcome_back safety.ring_999 safety.told safety.told_after safety.thank_you "
    "safety.who_is_told safety.noted urgent.ring closing.over closing.expired closing.stopped closing.stopped_early "
    "my_data.copy privacy.who_sees whats_next.what social.thanks social.greet social.off_topic needs.slower "
    "needs.faster needs.louder explain.default human.booked take_back.nothing take_back.undone take_back.kept "
    "take_back.which correct.later correct.nothing go_back.beans go_back.done go_back.start ack.content ack.short "
    "ack.no_hurry ack.skip topics.ladder"
)
_TOPIC_STAGES = "topics.example topics.meaning topics.rung topics.else topics.more topics.another topics.open_easier"

WORDINGS: dict[str, frozenset[str]] = {
    **dict.fromkeys(_PLAIN.split(), frozenset[str]()),
    **dict.fromkeys(_TOPIC_STAGES.split(), frozenset({"topic"})),
    "topics.open": frozenset({"question"}),
    "topics.choice": frozenset({"topics"}),
    "topics.choice_again": frozenset({"topics"}),
    "beans.intro": frozenset({"labels"}),
    "beans.first": frozenset({"left", "label"}),
    "beans.next": frozenset({"left", "label"}),
    "beans.last": frozenset({"left", "label"}),
    "beans.top": frozenset({"left", "label"}),
    "beans.rest": frozenset({"left", "labels"}),
    "beans.too_many": frozenset({"left"}),
    "beans.done": frozenset({"counts"}),
    "read_back.point": frozenset({"said"}),
    "read_back.offer": frozenset({"said"}),
    "read_back.again": frozenset({"said"}),
    "take_back.done": frozenset({"quote"}),
    "second_hearing.which": frozenset({"quote", "said"}),
    "correct.done": frozenset({"said"}),
    "consent.own_voice": frozenset({"who"}),
    "explain.why": frozenset({"why"}),
}
"""Wordings said by Python, with the slots it fills besides the common ones."""
