"""The script: flows, wordings and topic guides, loaded from the YAML files of one language.

The files are made to be edited by people who do not program; `sayso check` tells them file, line and remedy.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from dialogues.errors import SaysoError
from dialogues.types import EndReason, Expects, Option, Purpose, Scope

HERE = Path(__file__).parent


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Model):
    """An option of a wording."""

    label: str
    value: str
    key: str


class Wording(_Model):
    """One prompt as written: words, the form of its reply, and its purpose.

    Attributes:
        text: The words; `{slots}` are filled when it is said.
        simpler: Other words for a second "say that again" and after a misunderstanding.
        keys: Words that name the keys, for the third misunderstanding.
        variants: Equal wordings, used in turn, so that nobody hears a parrot.
        why: The reply to "why do you ask?".
        skippable: Whether "skip" moves on; consents are answered or left, never skipped.
    """

    text: str
    simpler: str = ""
    keys: str = ""
    variants: tuple[str, ...] = ()
    why: str = ""
    expects: Expects = Expects.NONE
    purpose: Purpose = Purpose.REPAIR
    serious: bool = False
    skippable: bool = True
    options: tuple[Choice, ...] = ()


class Outcome(_Model):
    """What follows a kind of reply at a step.

    Attributes:
        say: Wordings to say.
        next: Step of the same flow to go to; default is the step after.
        call: Flow to put on top before going on.
        end: Ends the conversation.
        finish: Leaves this flow at once.
        pause: Pauses the conversation.
        callback: Books a call by a person, with this reason.
        need: Access need to record, as `name: value`.
        withdraw_all: Takes everything back.
        restart: Takes the points out and begins the topics again.
    """

    say: tuple[str, ...] = ()
    next: str | None = None
    call: str | None = None
    end: EndReason | None = None
    finish: bool = False
    pause: bool = False
    callback: str | None = None
    urgent: bool = False
    need: dict[str, str] = Field(default_factory=dict)
    withdraw_all: bool = False
    restart: bool = False


class Step(_Model):
    """One question of a collecting flow.

    Attributes:
        id: Name within the flow.
        ask: The wording asked.
        intro: Wordings said once before it.
        records: What a reply is recorded as.
        on: Outcome by kind of reply: yes, no, but (a yes with a condition), any, skip.
        only_if: Consent that must have been given for the step to be asked.
        only_overheard: Asked only where somebody else may hear: by phone, and with a helper.
    """

    id: str
    ask: str
    intro: tuple[str, ...] = ()
    records: Literal["consent", "points", "about_you", "rating", "wish", "nothing"] = "nothing"
    scope: Scope | None = None
    only_if: Scope | None = None
    only_overheard: bool = False
    on: dict[Literal["yes", "no", "but", "any", "skip"], Outcome] = Field(default_factory=dict)


class Flow(_Model):
    """A flow of collecting steps; flows without steps are written in Python (topics, beans, read_back)."""

    about: str
    steps: tuple[Step, ...] = ()


class Topic(_Model):
    """One topic of a guide."""

    id: str
    name: str
    words: tuple[str, ...] = ()
    open: str
    better: str = ""


class Guide(_Model):
    """The topics of one kind of service. `order` is its place where people choose what to talk about."""

    id: str
    order: int = 99
    services: tuple[str, ...]
    name: str
    people: str = "the service"
    urgent: str
    topics: tuple[Topic, ...]


class Limits(_Model):
    """Limits of a conversation: at most 3 topics and 12 substantive questions; a rest is offered after 8 minutes."""

    topics: int = 3
    questions: int = 12
    probes: int = 2
    rest_after_minutes: int = 8
    resume_days: int = 14
    beans: int = 10
    bean_labels: int = 6
    misunderstandings: int = 3
    detours: int = 3


class Talk(_Model):
    """The order of flows and the limits."""

    order: tuple[str, ...]
    limits: Limits = Limits()


class Script(_Model):
    """Everything that Sayso can say in one language.

    Attributes:
        version: First 12 hex digits of the SHA-256 of all files; consents record it.
    """

    language: str
    version: str
    talk: Talk
    flows: dict[str, Flow]
    wordings: dict[str, Wording]
    guides: dict[str, Guide]

    def guide_for(self, service_kind: str) -> Guide:
        """The guide of a kind of service.

        Raises:
            SaysoError: `guide_unknown`.
        """
        for guide in self.guides.values():
            if service_kind == guide.id or service_kind in guide.services:
                return guide
        known = ", ".join(sorted(s for g in self.guides.values() for s in g.services))
        raise SaysoError("guide_unknown", f"There is no topic guide for this kind of service. Use one of: {known}.")


DEFAULT_OPTIONS: dict[Expects, tuple[Option, ...]] = {
    Expects.YES_NO: (Option("Yes", "yes", "1"), Option("No", "no", "2")),
    Expects.READ_BACK: (
        Option("That is right", "right", "1"),
        Option("Change it", "change", "2"),
        Option("Take it out", "take_out", "3"),
    ),
}


def read_yaml(path: Path) -> Any:
    """Reads one YAML file.

    Raises:
        SaysoError: `file_unreadable`, with file, line and remedy.
    """
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SaysoError(
            "file_unreadable", f"{path}:{line}: not valid YAML ({error.problem}). Check spaces, colons and quote marks."
        ) from error


def _merge(folder: Path) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        for key, value in (read_yaml(path) or {}).items():
            if key in merged:
                raise SaysoError("wording_twice", f"{path}: `{key}` is written in another file too. Keep one of them.")
            merged[key] = value
    return merged


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def load_script(folder: Path | None = None, language: str = "en") -> Script:
    """Loads and checks the form of all files of a language.

    Raises:
        SaysoError: `file_unreadable`, `script_invalid`, `wording_twice`.
    """
    folder = folder or HERE / language
    guides = {data["id"]: data for data in map(read_yaml, sorted((folder / "guides").glob("*.yml")))}
    try:
        return Script(
            language=language,
            version=_version(folder),
            talk=Talk.model_validate(read_yaml(folder / "talk.yml")),
            flows={k: Flow.model_validate(v) for k, v in _merge(folder / "flows").items()},
            wordings={k: Wording.model_validate(v) for k, v in _merge(folder / "wordings").items()},
            guides={k: Guide.model_validate(v) for k, v in guides.items()},
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = f"{folder}: `{where}`: {first['msg']}. Run `sayso check` to see the line."
        raise SaysoError("script_invalid", message) from error


@cache
def default_script() -> Script:
    """The script that ships with Sayso, loaded once."""
    return load_script()
