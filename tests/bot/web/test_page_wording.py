"""The words on the pages: short sentences that are easy to read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest

LONGEST_SENTENCE_WORDS = 15
HARDEST_GRADE = 6.0
"""Flesch-Kincaid grade. Source: the product's wording rules."""

BLOCKS = {"p", "li", "h1", "h2", "label", "legend", "button", "summary", "caption", "dt", "a", "td", "th", "option"}
NOT_OURS = {"script", "style", "blockquote", "title"}


class Words(HTMLParser):
    """Collects the text of each block, without what people said."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self._hidden = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in NOT_OURS or dict(attributes).get("id") == "messages"
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= (tag in NOT_OURS or tag == "ol") and self._hidden > 0
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.blocks[-1] += data


def sentences(html: str) -> list[str]:
    reader = Words()
    reader.feed(html)
    blocks = [" ".join(block.split()) for block in reader.blocks]
    found = [sentence for block in blocks for sentence in re.split(r"(?<=[.?!:])\s+", block)]
    return [sentence for sentence in found if re.search(r"\w", sentence)]


def grade(found: list[str]) -> float:
    """Flesch-Kincaid grade, with syllables counted as groups of vowels; a silent e at the end counts for nothing."""
    spoken = [word for sentence in found for word in re.findall(r"[a-z]+", sentence.lower())]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e$|es$", "", word)))) for word in spoken)
    return 0.39 * len(spoken) / len(found) + 11.8 * syllables / len(spoken) - 15.59


async def read(client: httpx.AsyncClient, name: str) -> str:
    if name == "talk":
        return (await client.post("/talk/start", data={"service": "home"}, follow_redirects=True)).text
    if name == "end":
        await client.post("/talk/start", data={"service": "home"})
        return (await client.post("/talk/say", data={"helper": "stop"}, follow_redirects=True)).text
    if name == "too long":
        return (await client.post("/talk/start", content=b"x" * 300_000)).text
    if name.startswith("/provider"):
        await client.post("/provider/sign-in", data={"token": "staff-token"})
    return (await client.get(name)).text


PAGES = ["/", "/talk", "talk", "end", "too long", "/nope", "/provider", "/provider?from=x", "/provider/themes/nope"]


@pytest.mark.parametrize("name", [*PAGES, "/provider/themes/food_and_drink"])
async def test_pages_are_easy_to_read(client: httpx.AsyncClient, name: str) -> None:
    found = sentences(await read(client, name))
    assert found
    too_long = [sentence for sentence in found if len(sentence.split()) > LONGEST_SENTENCE_WORDS]
    assert too_long == []
    assert grade(found) <= HARDEST_GRADE


def test_the_check_itself_finds_long_sentences() -> None:
    long = " ".join(["word"] * 16)
    assert [len(one.split()) for one in sentences(f"<p>Short one. {long}.</p>")] == [2, 16]
    assert grade(["The cat sat on the mat."]) < 1 < HARDEST_GRADE
    assert grade(["Organisational accountability necessitates considerable documentation."]) > HARDEST_GRADE
    assert sentences("<blockquote><p>Theirs.</p></blockquote><p>Ours.</p>") == ["Ours."]
