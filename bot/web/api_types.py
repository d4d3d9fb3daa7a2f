"""The forms of the API's requests and answers. What comes in is checked here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.insights import Cell
from bot.web.ports import Count, Overview, QuoteView, ThemeInsight, value_of
from dialogues.types import Act, Expects, Prompt, Purpose, Reply, Voice

Channel = Literal["api", "web", "console", "telegram", "phone", "simulate"]


class _In(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class StartIn(_In):
    """Opens a conversation, or takes one up again by its code."""

    service: str = Field("", max_length=200, description="Id of the service; may be left out with a resume_code.")
    preferred_name: str = Field("", max_length=60, description="How the person likes to be called.")
    channel: Channel = "api"
    resume_code: str = Field("", max_length=40, description="Code of an earlier conversation to carry on with.")


class TurnIn(_In):
    """What a person said."""

    text: str = Field(description="Up to 20,000 characters. Empty for silence.")
    voice: Voice = Field(Voice.OWN, description="Whose words they are.")
    message_id: str | None = Field(
        None, min_length=1, max_length=200, description="Your id of this message; the same id is handled once."
    )
    confidence: float | None = Field(None, ge=0, le=1, description="The recogniser's; null for typed text.")
    channel: Channel = "api"


class OptionOut(BaseModel):
    label: str
    value: str
    key: str


class PromptOut(BaseModel):
    """One thing that Sayso says."""

    id: str
    text: str
    expects: Expects
    purpose: Purpose
    serious: bool
    options: list[OptionOut]

    @classmethod
    def of(cls, prompt: Prompt) -> Self:
        options = [OptionOut(label=o.label, value=o.value, key=o.key) for o in prompt.options]
        return cls(
            id=prompt.id,
            text=prompt.text,
            expects=prompt.expects,
            purpose=prompt.purpose,
            serious=prompt.serious,
            options=options,
        )


class ReplyOut(BaseModel):
    """What Sayso answers. `expects` and `purpose` are those of the last prompt, which carries the question."""

    conversation_id: str
    prompts: list[PromptOut]
    expects: Expects
    purpose: Purpose | None
    act: Act | None
    done: bool
    duplicate: bool
    degraded: bool

    @classmethod
    def fields_of(cls, reply: Reply) -> dict[str, Any]:
        last = reply.prompts[-1] if reply.prompts else None
        return {
            "conversation_id": reply.conversation_id,
            "prompts": [PromptOut.of(prompt) for prompt in reply.prompts],
            "expects": last.expects if last else Expects.NONE,
            "purpose": last.purpose if last else None,
            "act": reply.act,
            "done": reply.done,
            "duplicate": reply.duplicate,
            "degraded": reply.degraded,
        }

    @classmethod
    def of(cls, reply: Reply) -> Self:
        return cls(**cls.fields_of(reply))


class StartOut(ReplyOut):
    """A conversation has begun. `resume_code` takes it up again, here or on another channel."""

    resume_code: str | None


class ContributionsOut(BaseModel):
    """The contributions of a conversation, in the order they were heard."""

    conversation_id: str
    contributions: list[dict[str, Any]]


class CountOut(BaseModel):
    """A count of people. Rounded, it is the lower end of a step of five. Null stands for fewer than 5, or nobody."""

    people: int | None
    rounded: bool

    @classmethod
    def of(cls, count: Count) -> Self:
        return cls(people=value_of(count), rounded=isinstance(count, Cell) and count.rounded)

    @classmethod
    def all_of(cls, counts: Mapping[str, Count]) -> dict[str, Self]:
        return {name: cls.of(count) for name, count in counts.items()}


class ThemeOut(BaseModel):
    """One theme. `people` is null where fewer than 5 spoke of it, and the lower end of a step of five if `rounded`."""

    theme: str
    name: str
    people: int | None
    rounded: bool
    beans: int | None
    sentiments: dict[str, CountOut]
    kinds: dict[str, CountOut]
    senses: dict[str, CountOut]

    @classmethod
    def of(cls, theme: ThemeInsight) -> Self:
        return cls(
            theme=theme.theme,
            name=theme.name,
            **CountOut.of(theme.people).model_dump(),
            beans=theme.beans,
            sentiments=CountOut.all_of(theme.sentiments),
            kinds=CountOut.all_of(theme.kinds),
            senses=CountOut.all_of(theme.senses),
        )


class OverviewOut(BaseModel):
    """What was heard, counted in people; `people_heard` is the lower end of a step of five if `rounded`."""

    people_heard: int | None
    rounded: bool
    themes: list[ThemeOut]
    kinds: dict[str, CountOut]
    sentiments: dict[str, CountOut]
    senses: dict[str, CountOut]
    offers: CountOut
    proxies: CountOut
    sample: bool
    empty_reason: str | None

    @classmethod
    def of(cls, overview: Overview) -> Self:
        heard = CountOut.of(overview.people_heard)
        return cls(
            people_heard=heard.people,
            rounded=heard.rounded,
            themes=[ThemeOut.of(theme) for theme in overview.themes],
            kinds=CountOut.all_of(overview.kinds),
            sentiments=CountOut.all_of(overview.sentiments),
            senses=CountOut.all_of(overview.senses),
            offers=CountOut.of(overview.offers),
            proxies=CountOut.of(overview.proxies),
            sample=overview.sample,
            empty_reason=overview.empty_reason,
        )


class QuoteOut(BaseModel):
    """A quote that its speaker agreed to, with identities removed. `month` is as fine as time gets."""

    text: str
    kinds: list[str]
    sentiment: str
    sense: str | None
    i_statement: str | None
    voice: str
    month: str

    @classmethod
    def of(cls, quote: QuoteView) -> Self:
        return cls(
            text=quote.text,
            kinds=list(quote.kinds),
            sentiment=quote.sentiment,
            sense=quote.sense,
            i_statement=quote.i_statement,
            voice=quote.voice,
            month=quote.month,
        )


class ThemeDetailOut(BaseModel):
    """A theme with its quotes."""

    theme: ThemeOut
    quotes: list[QuoteOut]
    sample: bool

    @classmethod
    def of(cls, theme: ThemeInsight, quotes: Sequence[QuoteView], sample: bool) -> Self:
        return cls(theme=ThemeOut.of(theme), quotes=[QuoteOut.of(quote) for quote in quotes], sample=sample)


class ErrorBody(BaseModel):
    code: str
    message: str


class ErrorOut(BaseModel):
    """Every error has this shape; the message says what to do, and never repeats what was sent."""

    error: ErrorBody
