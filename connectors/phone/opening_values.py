"""What the opening of a call is given, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from connectors.phone.opening_words import NO_NAME
from connectors.ports import ServiceChoice


class StopReason(StrEnum):
    """Why nobody is to be rung on this number any more."""

    ASKED = "asked"
    DIED = "died"
    HOSPITAL = "hospital"
    MOVED = "moved"
    WRONG_NUMBER = "wrong_number"


class When(StrEnum):
    """When the person would rather talk."""

    LATER_TODAY = "later_today"
    ANOTHER_DAY = "another_day"


@dataclass(frozen=True, slots=True)
class StartTalk:
    """The talk begins. One of the last three is set for a talk that goes on, none for a new one.

    Attributes:
        service: Id of the service to talk about; "" where a code tells.
        preferred_name: The name that the person gave, or is rung by; "" for none.
        conversation_id: The talk to take up again.
        resume_code: Its code, as spoken: eight characters, not yet looked up.
        keyed_code: Its code, as keys: eight digits, each of which may stand for several characters.
        is_good_time: True where the person said just now that it is a good time to talk.
    """

    service: str
    preferred_name: str = field(default="", repr=False)
    conversation_id: str = ""
    resume_code: str = field(default="", repr=False)
    keyed_code: str = field(default="", repr=False)
    is_good_time: bool = False


@dataclass(frozen=True, slots=True)
class CallLater:
    """The person, or somebody for them, asks for another time."""

    when: When


@dataclass(frozen=True, slots=True)
class StopContact:
    """Somebody said a word after which nobody rings here any more."""

    reason: StopReason


@dataclass(frozen=True, slots=True)
class NotIn:
    """The person could not come to the telephone, or was not reached."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An answering machine."""

    message_left: bool


@dataclass(frozen=True, slots=True)
class Declined:
    """The person does not want this talk."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person is asked for."""


@dataclass(frozen=True, slots=True)
class LeftEarly:
    """They hung up, or fell silent, before anything was settled."""


@dataclass(frozen=True, slots=True)
class SaidGoodbye:
    """Whoever rang does not want to talk: a wrong number, or a second thought."""


Result = StartTalk | CallLater | StopContact | NotIn | Machine | Declined | HandOver | LeftEarly | SaidGoodbye


@dataclass(frozen=True, slots=True)
class Outbound:
    """A call that we make.

    Attributes:
        service: Id of the service.
        preferred_name: The name the person likes; "" where it is not known.
        organisation: Who asks, as people know it.
        about: What it is about, in plain words: "your home care".
        code_word: Of the letter; "" where there was none.
        may_leave_message: True where the person agreed to a message on their machine.
        conversation_id: The talk to take up again; "" for a new one.
    """

    service: str
    preferred_name: str = field(repr=False)
    organisation: str
    about: str
    code_word: str = field(default="", repr=False)
    may_leave_message: bool = False
    conversation_id: str = ""

    @property
    def name(self) -> str:
        """Whom is asked for."""
        return self.preferred_name or NO_NAME


@dataclass(frozen=True, slots=True)
class Waiting:
    """A talk that waits on the number of whoever rings."""

    conversation_id: str
    service: str
    preferred_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A call that comes in.

    Attributes:
        services: What there is to talk about; at least one.
        waiting: The talks that wait on this number, the latest first.
        takes_codes: True where talks wait that were begun elsewhere: everybody is asked whether they talked before.
    """

    services: tuple[ServiceChoice, ...]
    waiting: tuple[Waiting, ...] = ()
    takes_codes: bool = False
