"""What may be published of a count of people.

Two rules, neither of which looks at other counts, so that the rules themselves give nothing away:

1. A count below five is hidden; nought looks the same as four.
2. Only views that cannot overlap (all time, one service) show exact counts. Every other view, whether it spans services
   or cuts out months, shows counts in steps of five, rounded down.

So the difference of any two published views leaves at least five neighbouring possibilities, and never only one to
four people. Views cut time at whole months, which keeps the number of views small.

Source: the product's providers' rules (fewer than 5 people suppressed, with complementary suppression). Controlled
rounding to base 5 with a threshold is the usual practice for published health statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST = 5
STEP = 5
BEAN_STEP = 10  # as many as one person has


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of people, as far as it may be shown.

    Attributes:
        value: The count; the lower end when `rounded`; None when hidden.
        rounded: True when the true count lies anywhere from `value` to `value + 4`.
    """

    value: int | None = None
    rounded: bool = False

    @property
    def hidden(self) -> bool:
        """True for fewer than five people."""
        return self.value is None

    @property
    def text(self) -> str:
        """How the count is said on a page."""
        if self.value is None:
            return "fewer than 5"
        return f"{self.value} to {self.value + STEP - 1}" if self.rounded else str(self.value)


def publish(people: int, *, exact: bool) -> Cell:
    """The cell for a count of people in a view with exact counts, or not."""
    if people < SMALLEST:
        return Cell()
    return Cell(people) if exact else Cell(people - people % STEP, rounded=True)


def publish_beans(beans: int, people: int, *, exact: bool) -> int | None:
    """Beans that `people` persons placed: hidden for fewer than five of them, in steps of ten unless `exact`."""
    if people < SMALLEST:
        return None
    return beans if exact else beans - beans % BEAN_STEP
