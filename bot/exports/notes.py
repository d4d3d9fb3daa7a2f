"""What the reader of an export has to know, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.exports.model import About

SUPPRESSION = (
    "A count of fewer than five people is never shown, and nought looks the same as four. A theme is named only where "
    "five people or more spoke of it in this view. Counts that could be compared with others are in steps of five."
)
BLANKS = (
    "The month, the service or the beans of a quote are left empty where they could tell too much about one to four "
    "people. Empty does not mean none."
)
NOT_SHOWN = (
    "Names, telephone numbers, addresses and the day; quotes of people who did not agree to be quoted; themes of fewer "
    "than five people; what somebody has taken back; safeguarding."
)
CHECKED = "Every quote was looked at by a person, who checked that it names nobody."
NOT_CHECKED = (
    "Names were taken out by machine, and not every quote was checked by a person. Look before you pass it on."
)
NO_SURVEY = (
    "These are conversations with people who chose to talk, not a survey. They do not say how many people in all think "
    "so. Quotes of the same person are not put together."
)
TAKEN_BACK = (
    "People may take back what they said at any time. Make a new export before you use this again, and delete the old "
    "one. Do not try to find out who said something."
)


def notes(about: About) -> Iterator[tuple[str, str]]:
    """Titles and texts."""
    yield "What this is", "What people said about their care, in their own words, as Sayso may show it to providers."
    yield "Made on", f"{about.at:%d %B %Y, %H:%M} UTC"
    yield "Period", period(about.filters.since, about.filters.until)
    yield "Service", about.filters.service or "all services"
    yield "Wording", f"Version {about.wording} of Sayso's texts"
    if about.overview is not None:
        yield "People heard", about.overview.people_heard.text
        if about.overview.sample:
            yield "Sample data", "Invented people are counted in. Their quotes have a 1 in the column `sample`."
    yield "What it does not show", NOT_SHOWN
    yield "Redaction", redaction(about)
    yield "Small numbers", SUPPRESSION
    yield "Empty cells", BLANKS
    yield "What it cannot tell", NO_SURVEY
    yield "Taken back", TAKEN_BACK


def redaction(about: About) -> str:
    """Who saw to it that quotes name nobody."""
    return CHECKED if about.checked else NOT_CHECKED


def period(since: date | None, until: date | None) -> str:
    """The time of a view, which is in whole months."""
    if since is None and until is None:
        return "all time"
    first = f"from {since:%B %Y}" if since else "from the beginning"
    return f"{first} to {until:%B %Y}" if until else f"{first} until now"
