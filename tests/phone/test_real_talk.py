"""Whole talks: a whole Sayso behind a real Asterisk with the shipped configuration, and real telephones."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
import soundfile
from callers.caller import Say, spoken_by
from heard_back import listener, written_down, wrong_words
from real_asterisk import ARI_PASSWORD, OUR_NUMBER, PERSON_ADDRESS, PERSON_NUMBER, RealAsterisk
from real_phone import Phone
from receivers import FRAME_SECONDS, PhoneReceiver, Said, SipReceiver, sounding
from receivers import Person as Caller
from sip_caller import Refused, SipCaller
from stand_ins import SaysoStandIn, tone
from waiting import seconds_of, until
from whole_sayso import EVENING, Clock, WholeSayso, whole_sayso

from bot.app import App, hours
from bot.calling.planner import plan_call
from bot.records import CallPlan
from bot.settings import load_settings
from connectors.phone import opening_words, words
from connectors.phone.ari import AriDialler, AriSettings
from connectors.phone.dialling import DialOrder
from connectors.phone.manners import is_protected
from connectors.phone.session import Phase
from connectors.speech import recognisers
from connectors.speech.ports import RATE_HZ, Clip, Hint, Samples
from connectors.speech.telephone import telephone
from dialogues.types import Expects, Prompt

pytestmark = [pytest.mark.phone, pytest.mark.real, pytest.mark.real_speech]
MakePhone = Callable[..., Awaitable[Phone]]
Open = Callable[..., AbstractAsyncContextManager[WholeSayso]]
CALLER_NUMBER = "+441632960123"
CLIPS = Path(os.environ.get("SAYSO_TEST_CLIPS", "no-clips"))
"""Folder of people's single words: `yes_*.wav`, `no_*.wav`. They are not in the repository."""
INTERVIEW_SECONDS = 15 * 60.0
TALKATIVE = {Expects.OPEN, Expects.PROBE}


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rendered sentences, kept from one test to the next."""
    return tmp_path_factory.mktemp("voices")


@pytest.fixture
def open_sayso(nlu_server: Any, voices: Path, tmp_path: Path, asterisk: RealAsterisk) -> Open:
    """Opens a whole Sayso behind the running Asterisk."""

    @asynccontextmanager
    async def opens(**arguments: Any) -> AsyncIterator[WholeSayso]:
        async with whole_sayso(tmp_path / "sayso", nlu_server, voices=voices, **arguments) as sayso:
            yield sayso

    return opens


# -- helpers --------------------------------------------------------------------------------------------------------


async def rings(sayso: WholeSayso, number: str = CALLER_NUMBER) -> tuple[SipCaller, SipReceiver]:
    """A caller with exact times, once the call is held."""
    before = len(sayso.held)
    sip = SipCaller(number)
    await sip.dial()
    return sip, SipReceiver(sip, await sayso.call(before))


async def is_asked(receiver: SipReceiver | PhoneReceiver, prompt_id: str = "", seconds: float = 60) -> Prompt:
    """Waits until Sayso listens for the answer to a question; gives the question."""

    def asked() -> bool:
        said = receiver.held.session.said_last
        waits = receiver.held.session.phase is Phase.LISTENING and receiver.is_silent
        return waits and bool(said) and said[-1].id.startswith(prompt_id) and said[-1].expects is not Expects.NONE

    await until(asked, seconds)
    return receiver.held.session.said_last[-1]


async def answers(receiver: SipReceiver | PhoneReceiver, samples: Samples, seconds: float = 30) -> None:
    """Says something half a second after the question, and waits until it is taken."""
    await asyncio.sleep(0.5)
    turns = receiver.held.report.turns
    receiver.says(samples)
    await until(lambda: receiver.held.report.turns > turns, seconds)


async def talks(caller: Caller, receiver: SipReceiver | PhoneReceiver) -> None:
    """Answers all that is asked, to the end of the call."""
    async with asyncio.timeout(INTERVIEW_SECONDS):
        await caller.talks(receiver, receiver.held)  # type: ignore[arg-type]


async def came_to_its_end(sayso: WholeSayso, number: int = 0) -> str:
    """The conversation of a call, which has ended as it should."""
    conversation_id = await sayso.conversation_of(number)
    view = await sayso.app.records.conversation(conversation_id)
    said_last = [prompt.id for prompt, _ in sayso.speaker.given[-4:]]
    assert (view.status, view.end_reason) == ("ended", "closing"), said_last
    return conversation_id


def load() -> str:
    return Path("/proc/loadavg").read_text().split()[0]


def gaps(receiver: SipReceiver, said: list[Said]) -> list[float]:
    """From the end of the pause after each thing said until Sayso was first heard, in seconds."""
    found = []
    for each in said:
        heard = receiver.first_heard_after(each.ended + 0.1)
        if heard is not None:
            found.append(heard - each.ended - each.pause)
    return found


# -- whole interviews ------------------------------------------------------------------------------------------------


async def test_an_interview_by_voice_from_a_real_telephone(open_sayso: Open, make_phone: MakePhone) -> None:
    async with open_sayso() as sayso:
        phone = await make_phone(number=CALLER_NUMBER)
        await phone.dial()
        await phone.answered()
        receiver = PhoneReceiver(phone, await sayso.call())
        caller = Caller(spoken_by(sayso.speech.speaker.voice))  # type: ignore[union-attr]
        began = time.monotonic()
        await talks(caller, receiver)
        seconds = time.monotonic() - began
        await phone.ended()
        conversation_id = await came_to_its_end(sayso)
        kept = await sayso.app.records.contributions(conversation_id, asked_by="test")
        prompts = [prompt for prompt, _ in sayso.speaker.given]
        text = await asyncio.to_thread(written_down, phone.heard(), listener())

    assert len(kept) >= 2
    assert all(each.status in {"confirmed", "corrected"} for each in kept)
    wrong = wrong_words(prompts, text)
    print(
        f"\ninterview from baresip: {seconds:.0f} s, {len(caller.said)} answers, {len(kept)} contributions; "
        f"{wrong.words} words said, {100 * wrong.rate:.1f} % wrong in the transcript of the telephone's recording"
    )
    assert wrong.rate <= 0.20
    for key in ("computer voice", "your care stays the same", "take back", "danger", "thank you", "goodbye"):
        assert key in text, key


async def test_an_interview_where_people_say_yes_and_no(open_sayso: Open) -> None:
    if not people_are_here():
        pytest.skip("NO HUMAN CLIPS: set SAYSO_TEST_CLIPS to a folder with yes_*.wav and no_*.wav")
    async with open_sayso() as sayso:
        say = People(spoken_by(sayso.speech.speaker.voice))  # type: ignore[union-attr]
        sip, receiver = await rings(sayso)
        caller = Caller(say, 3)
        await talks(caller, receiver)
        await sip.hang_up()
        conversation_id = await came_to_its_end(sayso)
        kept = await sayso.app.records.contributions(conversation_id, asked_by="test")
    assert len(kept) >= 1
    found = sorted(gaps(receiver, receiver.said))
    print(
        f"\ninterview with {len(say.given)} human yes and no, {len(kept)} contributions: first sound after the "
        f"pause, at the caller: median {1000 * median(found):.0f} ms, from {1000 * found[0]:.0f} to "
        f"{1000 * found[-1]:.0f} ms, {len(found)} turns; load {load()}"
    )
    assert median(found) <= 1.0


class People:
    """People of flesh and blood say yes and no; Sayso's own voice the rest.

    Only clips that are heard rightly at a desk, over the same band: what is tested is the way through a telephone.
    """

    def __init__(self, rest: Say) -> None:
        self._rest = rest
        self._ears = recognisers.live("", load_settings().models_folder)
        self._clips = {word: self._heard_rightly(word) for word in ("yes", "no")}
        self._count = 0
        self.given: list[str] = []

    def __call__(self, text: str) -> Samples:
        word = text.partition(" ")[0]
        if word not in self._clips or "all" in text:
            return self._rest(text)
        self._count += 1
        self.given.append(word)
        return self._clips[word][self._count % len(self._clips[word])]

    def _heard_rightly(self, word: str, wanted: int = 4) -> list[Samples]:
        found: list[Samples] = []
        for path in sorted(CLIPS.glob(f"{word}_*.wav")):
            clip = telephone(Clip(soundfile.read(path, dtype="int16")[0]))
            if self._ears.recognise(clip, Hint(Expects.YES_NO)).text == word:
                found.append(clip.samples)
            if len(found) == wanted:
                break
        assert found, word
        return found


def people_are_here() -> bool:
    return CLIPS.is_dir()


async def test_keys_only_to_the_end(open_sayso: Open) -> None:
    async with open_sayso() as sayso:
        sip, receiver = await rings(sayso)
        caller = Caller(None)
        await talks(caller, receiver)
        await sip.hang_up()
        conversation_id = await came_to_its_end(sayso)
        view = await sayso.app.records.conversation(conversation_id)
        consents = view.state["consents"]
    assert consents["take_part"] is True
    assert receiver.said == []
    print(f"\nkeys only: {len(caller.said)} keys")


# -- who speaks when -------------------------------------------------------------------------------------------------


async def test_first_sound_after_the_pause(open_sayso: Open) -> None:
    async with open_sayso() as sayso:
        voice = spoken_by(sayso.speech.speaker.voice)  # type: ignore[union-attr]
        sip, receiver = await rings(sayso)
        caller = Caller(voice, 1)
        talking = asyncio.create_task(talks(caller, receiver))
        await until(lambda: len(receiver.said) >= 12 or talking.done(), 400)
        await asyncio.sleep(4)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await sip.hang_up()
        inside = sorted(receiver.held.report.response_seconds)
    found = sorted(gaps(receiver, receiver.said))
    print(
        f"\nfirst sound after the pause, at the caller: median {1000 * median(found):.0f} ms, from "
        f"{1000 * found[0]:.0f} to {1000 * found[-1]:.0f} ms, {len(found)} turns; as Sayso counts: median "
        f"{1000 * median(inside):.0f} ms; load {load()}"
    )
    assert len(found) >= 10
    assert median(found) <= 1.0


async def test_speech_stops_sayso_but_not_the_promise(open_sayso: Open) -> None:
    async with open_sayso() as sayso:
        sip, receiver = await rings(sayso)
        over = sayso.says("can I talk about home care please I would like to talk about my home care")
        session = receiver.held.session
        await until(lambda: session.phase is Phase.SPEAKING and receiver.first_heard_after(sip.answered_at) is not None)
        await asyncio.sleep(1.0)
        assert session.phase is Phase.SPEAKING
        receiver.says(over)
        began = receiver.said[-1].began
        await until(lambda: session.phase is Phase.LISTENING, 10)
        await asyncio.sleep(0.5)
        stopped = receiver.last_heard_before(began + 3.0)
        assert stopped is not None
        print(f"\nbarge-in: Sayso was last heard {1000 * (stopped - began):.0f} ms after the caller's first sound")
        assert stopped - began <= 1.0

        await until(lambda: receiver.held.report.turns >= 1, 30)
        for _ in range(4):  # it was heard what about, or it is asked again
            asked = await is_asked_or_protected(receiver)
            if asked is None:
                break
            await answers(receiver, sayso.says("home care" if asked.expects is Expects.CHOICE else "no"))
        promise_begins = time.monotonic()
        receiver.says(sayso.says("hello can you hear me I would like to say something now please"))
        over_it = receiver.said[-1]
        await asyncio.sleep(max(0.0, over_it.ended - time.monotonic()) + 0.5)
        assert receiver.heard_seconds(over_it.began + 1.0, over_it.ended) >= 0.8, "a voice that stopped gives 0.0"
        await is_asked(receiver, "consent.take_part")
        heard = sip.heard()[round((promise_begins - sip.answered_at - 2.0) * RATE_HZ) :]
        text = await asyncio.to_thread(written_down, heard, listener())
        await sip.hang_up()
    for key in ("never learn that it was you", "take back", "danger"):
        assert key in text, key


async def is_asked_or_protected(receiver: SipReceiver) -> Prompt | None:
    """The next question; None once the promise is being said."""
    session = receiver.held.session

    def protected() -> bool:
        return session.phase is Phase.SPEAKING and session._is_protected

    def asked() -> bool:
        hears = session._is_open or session._closing
        waits = session.phase is Phase.LISTENING and not hears and receiver.is_silent
        return waits and bool(session.said_last) and session.said_last[-1].expects is not Expects.NONE

    await until(lambda: protected() or asked(), 40)
    return None if protected() else session.said_last[-1]


# -- a person takes over ---------------------------------------------------------------------------------------------


async def to_the_warm_up(sayso: WholeSayso, receiver: SipReceiver | PhoneReceiver, until_id: str = "warm_up") -> None:
    """Keys, until something is asked."""
    for _ in range(12):
        asked = await is_asked(receiver)
        if asked.id.startswith(until_id):
            return
        key = "2" if "helper" in asked.id else "1"
        turns = receiver.held.report.turns
        await asyncio.sleep(0.3)
        receiver.presses(key)
        await until(lambda turns=turns: receiver.held.report.turns > turns)  # type: ignore[misc]
    raise AssertionError(until_id)


async def test_a_person_takes_over_in_hours(open_sayso: Open, make_phone: MakePhone) -> None:
    async with open_sayso() as sayso:
        person = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
        caller = await make_phone(number=CALLER_NUMBER)
        await caller.dial()
        await caller.answered()
        receiver = PhoneReceiver(caller, await sayso.call())
        await to_the_warm_up(sayso, receiver)
        await caller.keys("0")
        await person.answered(40)
        await caller.say(tone(700, 2.0, rate_hz=RATE_HZ))
        await until(lambda: seconds_of(person.heard(), 700, RATE_HZ) >= 1)
        await person.say(tone(500, 2.0, rate_hz=RATE_HZ))
        await until(lambda: seconds_of(caller.heard(), 500, RATE_HZ) >= 1)
        booked = await sayso.app.records.callbacks(asked_by="test", state=None)
        text = await asyncio.to_thread(written_down, caller.heard(), listener())
        await person.hang_up()
        await caller.ended()
        view = await sayso.app.records.conversation(await sayso.conversation_of())
    assert "putting you through" in text
    assert [each.reason for each in booked]
    assert view.status == "paused", "the talk can be taken up again"


async def test_out_of_hours_a_call_back_is_booked(open_sayso: Open, make_phone: MakePhone) -> None:
    async with open_sayso(clock=Clock(EVENING)) as sayso:
        person = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
        sip, receiver = await rings(sayso)
        await to_the_warm_up(sayso, receiver)
        given = len(sayso.speaker.given)
        begins = time.monotonic()
        receiver.presses("0")
        await until(lambda: len(sayso.speaker.given) > given)
        await is_asked(receiver, "human.")
        receiver.presses("1")
        await is_asked(receiver, "warm_up")
        heard = sip.heard()[round((begins - sip.answered_at) * RATE_HZ) :]
        text = await asyncio.to_thread(written_down, heard, listener())
        [booked] = await sayso.app.records.callbacks(asked_by="test")
        await sip.hang_up()
    print(f"\nout of hours, 0 is answered with: {text}")
    assert person.events == []
    assert booked.conversation_id
    assert any(prompt.id == "human.booked" for prompt, _ in sayso.speaker.given[given:])


# -- we ring ---------------------------------------------------------------------------------------------------------


def planned_for(name: str, found: list[str]) -> Callable[[App], Awaitable[None]]:
    """Plans a call that is due at once."""

    async def plan(app: App) -> None:
        now = app.clock()
        agreed = CallPlan(
            "home_care", PERSON_NUMBER, now - timedelta(minutes=1), now + timedelta(hours=4), name, "marigold"
        )
        found.append(await plan_call(app.records, agreed, hours(app.settings), now, asked_by="test"))

    return plan


async def test_somebody_we_ring_is_heard(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    """Their telephone may speak another codec than the first that we offer: both were agreed."""
    callee = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    for _ in range(3):
        callee.events.clear()
        settings = AriSettings("http://127.0.0.1:8088/ari", "sayso", ARI_PASSWORD, caller_id=OUR_NUMBER)
        dialler = AriDialler(settings)
        await dialler.dial(DialOrder("planned-17", PERSON_NUMBER))
        talk = await sayso.talk()
        await callee.answered()
        await asyncio.sleep(0.5)
        await callee.say(tone(700, 2.0, rate_hz=RATE_HZ))
        await asyncio.sleep(2.5)
        heard = seconds_of(talk.heard(), 700, 8_000)
        await talk.terminate()
        await callee.ended()
        await dialler.close()
        assert {len(samples) for _, samples in talk.arrivals} == {160}, "20 ms of linear sound a message"
        assert heard >= 1.5


async def picks_up(sayso: WholeSayso, callee: Phone) -> PhoneReceiver:
    """Says hello, and again where they are asked; then Sayso has asked for somebody."""
    await callee.answered(60)
    receiver = PhoneReceiver(callee, await sayso.call())
    session = receiver.held.session
    for _ in range(3):
        await asyncio.sleep(0.5)
        hellos = sayso.speaker.given.count((words.HELLO, session.words_a_minute))
        receiver.says(sayso.says("hello"))
        began = time.monotonic()
        await until(
            lambda hellos=hellos: (  # type: ignore[misc]
                session.phase is not Phase.PICKED_UP
                or sayso.speaker.given.count((words.HELLO, session.words_a_minute)) > hellos
            )
        )
        if session.phase is not Phase.PICKED_UP:
            print(f"\nhello was answered {1000 * (time.monotonic() - began):.0f} ms after it began")
            break
    await is_asked(receiver, "call.may_i_speak")
    return receiver


async def test_we_ring_somebody_and_the_talk_begins(open_sayso: Open, make_phone: MakePhone) -> None:
    planned: list[str] = []
    callee = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    async with open_sayso(before=planned_for("Doris", planned)) as sayso:
        receiver = await picks_up(sayso, callee)
        before = [prompt.text for prompt, _ in sayso.speaker.given]
        await answers(receiver, sayso.says("yes this is doris speaking"))
        await is_asked(receiver, "call.good_time")
        await answers(receiver, sayso.says("yes"))
        await is_asked(receiver, "consent.take_part", 90)
        conversation_id = await sayso.conversation_of()
        text = await asyncio.to_thread(written_down, callee.heard(), listener())
        call = await sayso.app.records.planned_call(planned[0])
        await callee.hang_up()
        await until_settled(sayso, planned[0], "calling")
        after = await sayso.app.records.planned_call(planned[0])
    assert conversation_id
    assert call.state == "calling"
    assert not any("home care" in each.lower() or "marigold" in each for each in before), "nothing is given away"
    assert "marigold" in text
    wrong = wrong_words([prompt for prompt, _ in sayso.speaker.given], text)
    print(f"\nwe rang: {100 * wrong.rate:.1f} % of {wrong.words} words wrong")
    assert wrong.rate <= 0.20
    assert (after.state, after.last_outcome) == ("planned", "broken_off")


async def test_she_died_last_month(open_sayso: Open, make_phone: MakePhone) -> None:
    planned: list[str] = []
    callee = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True)
    async with open_sayso(before=planned_for("Doris", planned)) as sayso:
        receiver = await picks_up(sayso, callee)
        await answers(receiver, sayso.says("I am afraid she died last month"))
        await callee.ended(30)
        await until_settled(sayso, planned[0], "calling")
        call = await sayso.app.records.planned_call(planned[0])
        stopped = await sayso.app.records.is_stopped(PERSON_NUMBER)
        text = await asyncio.to_thread(written_down, callee.heard(), listener())
        refused = ""
        try:
            await planned_for("Doris", [])(sayso.app)
        except Exception as error:
            refused = getattr(error, "code", "")
    assert stopped
    assert call.state == "cancelled"
    assert "sorry" in text
    assert "not ring again" in text
    assert "goodbye" in text
    assert refused, "nobody can plan a call to this number"


async def until_settled(sayso: WholeSayso, planned_id: str, state: str) -> None:
    async with asyncio.timeout(40):
        while (await sayso.app.records.planned_call(planned_id)).state == state:
            await asyncio.sleep(0.1)


# -- a call breaks off ------------------------------------------------------------------------------------------------


async def test_a_call_that_breaks_off_goes_on_where_it_was(open_sayso: Open) -> None:
    async with open_sayso() as sayso:
        sip, receiver = await rings(sayso)
        await to_the_warm_up(sayso, receiver)
        await asyncio.sleep(0.5)
        receiver.says(sayso.says("my daughter came to see me on sunday and we had our dinner together"))
        await asyncio.sleep(2.2)
        await sip.hang_up()  # in mid-word
        conversation_id = await sayso.conversation_of()
        async with asyncio.timeout(30):
            while (await sayso.app.records.conversation(conversation_id)).status != "paused":
                await asyncio.sleep(0.1)
        broken = await sayso.app.records.transcript(conversation_id, asked_by="test")
        asked_before = [turn.prompt_id for turn in broken if turn.speaker == "bot"]

        sip, receiver = await rings(sayso)
        caller = Caller(
            spoken_by(sayso.speech.speaker.voice),  # type: ignore[union-attr]
            answers={
                opening_words.TALKED_BEFORE.prompt.id: "yes",
                opening_words.WHAT_NAME.prompt.id: "my name is Doris",
                opening_words.GO_ON.prompt.id: "yes",
            },
            stories=1,
        )
        await talks(caller, receiver)
        await sip.hang_up()
        same = await came_to_its_end(sayso, 1)
        turns = await sayso.app.records.transcript(conversation_id, asked_by="test")
    assert same == conversation_id
    said = [turn.text or "" for turn in broken if turn.speaker == "person"]
    print(f"\nin mid-word: kept {said[-1]!r}")
    assert "daughter" in said[-1], "what was said before the call broke is kept"
    consents = [each for each in asked_before if each and each.startswith("consent.")]
    again = [turn.prompt_id for turn in turns[len(broken) :] if turn.speaker == "bot"]
    assert consents
    assert not [each for each in again if each in consents], "no consent is asked twice"


# -- many at once ----------------------------------------------------------------------------------------------------


async def test_ten_callers_at_once_hear_the_greeting_whole(open_sayso: Open, asterisk: RealAsterisk) -> None:
    async with open_sayso() as sayso:
        callers = [SipCaller(f"+4416329601{number:02}") for number in range(10)]
        await asyncio.gather(*(caller.dial() for caller in callers))
        with pytest.raises(Refused, match="486"):
            await SipCaller("+441632960999").dial()
        await sayso.call(9)
        await until(lambda: all(held.session.phase is Phase.LISTENING for held in sayso.held), 60)
        await asyncio.sleep(1)
        busy = load()
        assert not any(caller._over.is_set() for caller in callers), "none is dropped"
        prompts = sayso.held[0].session.said_last
        heard = [caller.heard() for caller in callers]
        texts = [await asyncio.to_thread(written_down, heard[number], listener()) for number in (0, 9)]
        assert not any(is_protected(prompt) for prompt in prompts)
        memory = asterisk.memory_mb()
        for caller in callers:
            await caller.hang_up()
    wrong = [wrong_words(prompts, text) for text in texts]
    seconds = [FRAME_SECONDS * np.count_nonzero(sounding(each)) for each in heard]
    print(
        f"\nten callers at once: greeting of {min(seconds):.1f} to {max(seconds):.1f} s of sound; "
        f"{', '.join(f'{100 * each.rate:.1f}' for each in wrong)} % of words wrong in two; load {busy}; "
        f"Asterisk {memory:.0f} MB"
    )
    assert all(each.rate <= 0.20 for each in wrong)
    assert min(seconds) >= 0.95 * max(seconds), "every caller heard all of it"


async def test_one_more_than_sayso_takes_is_told_so(open_sayso: Open) -> None:
    async with open_sayso(phone_calls=2) as sayso:
        callers = [SipCaller(f"+4416329601{number:02}") for number in range(2)]
        for caller in callers:
            await caller.dial()
        await sayso.call(1)
        with pytest.raises(Refused):  # not answered, so that nobody pays for silence
            await SipCaller("+441632960999").dial()
        assert len(sayso.held) == 2
        await callers[0].hang_up()
        await until(lambda: sayso.held[0].session.phase is Phase.OVER)
        after = SipCaller("+441632960998")
        async with asyncio.timeout(20):
            while True:
                try:
                    await after.dial()
                    break
                except Refused:
                    await asyncio.sleep(0.2)
                    after = SipCaller("+441632960998")
        await sayso.call(2)
        for caller in (callers[1], after):
            await caller.hang_up()
