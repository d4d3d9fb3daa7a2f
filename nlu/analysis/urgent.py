"""Requests for help that cannot wait: about now, not about how things generally are or once were."""

from __future__ import annotations

import re

from nlu.analysis.cues import words_of

MAX_CHARACTERS = 6000
_NOW = (
    r"(?:today|this (?:morning|afternoon|evening|minute)|tonight|right now|now|yet|so far|at the moment|straight away"
    r"|all day|all morning"
    r"|since (?:last night|yesterday|this morning|breakfast|dinner ?time|\w+ oclock|half past \w+)|up to now|as we "
    r"speak)"
)
_LATER = r"(?:and )?(?:its|it is|thats|now its) (?:now )?(?:gone|past|nearly|half past|getting on for|after)"
_COME = r"(?:come|been|turned up|arrived|shown up|showed up|been near|answered)"
_WHO = r"(?:nobodys?|no ones?|noone|no body|not a soul|none of them|no carers?|no nurse|not one of them)"
_NOUN = (
    r"(?:carers?|dinner|meals?|lunch|breakfast|tablets|medication|insulin|transport|ambulance|taxi|bus|driver"
    r"|nurse|doctor)"
)
_THING = (
    r"(?:carers?|girl|lass|lady|nurse|helper|dinner|meal|meals|lunch|breakfast|tablets|pills|medication|medicine"
    r"|insulin|transport|ambulance"
    r"|taxi|bus|driver|doctor|she|he|they|oxygen|prescription|food)"
)
_SUPPLY = (
    r"(?:tablets|pills|insulin|medicine|medication|food|milk|oxygen|pads|bread|inhaler|gas|electric|electricity"
    r"|heating|water|money for the meter|painkillers|warfarin)"
)
_HABIT = re.compile(
    r"\b(?:never|always|usually|often|sometimes|every (?:time|day|week|morning|night)|most (?:days|mornings)|used to"
    r"|once|last (?:week|month|year|winter|time)"
    r"|yesterday (?:nobody|no one|they|she|he|it)|the other (?:day|week)|ago|in (?:january|february|march|april|may"
    r"|june|july|august|september"
    r"|october|november|december)|on (?:bank holidays?|sundays|saturdays|weekends)|at weekends|if|when(?:ever)?|would"
    r"|suppose|back then|one (?:day|time|morning))\b"
)
_PAST_AFTER = re.compile(
    r"\b(?:once|last (?:week|month|year|winter|summer|time)|ago|yesterday|on (?:a )?\w+day|for (?:weeks|months)|at "
    r"times)\b"
)
_URGENT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_WHO} (?:has |have |hasnt |havent |s )?(?:\w+ )?{_COME}\b.{{0,40}}\b{_NOW}\b",
        rf"\b{_NOW} {_WHO} (?:has |have |s )?(?:\w+ )?{_COME}\b",
        rf"\b{_WHO}(?: has| have|s)? {_COME}\b.{{0,30}}\b{_LATER}",
        rf"\b{_LATER} \w+.{{0,20}}\b{_WHO}(?: has| have|s)? {_COME}\b",
        rf"\b{_THING} (?:hasnt|havent|has not|have not|aint|still hasnt|still havent) (?:even )?(?:{_COME}|rung|been "
        rf"delivered|got here)\b",
        rf"\b{_NOUN} (?:still )?not (?:come|arrived|turned up)\b",
        rf"\b{_THING} (?:didnt|did not|never) (?:come|turn up|arrive|came|turned up|arrived) (?:at all )?(?:today"
        rf"|this morning|this afternoon|this evening|tonight)\b",
        rf"\b(?:ive |i have |i am |im |weve |we have |we are )?(?:just |clean )*(?:run|clean) out of (?:all )?(?:my "
        rf"|me |the )?{_SUPPLY}\b",
        rf"\bran out of (?:all )?(?:my |me |the )?{_SUPPLY}\b.{{0,20}}\b{_NOW}\b",
        rf"\b(?:ive|i have|weve|we have|got) (?:no|not got any|got no|havent any) {_SUPPLY} (?:left|in the house|for "
        rf"(?:today|tonight)|at all|{_NOW})",
        r"\bhad (?:nothing|no food|no dinner|no tablets|nowt|not a bite|not a thing)(?: to (?:eat"
        r"|drink))?\b.{0,25}\b(?:today|since \w+(?: \w+)?|all day|yet|this morning)\b",
        r"\b(?:i|we) (?:need|want) (?:\w+ ){0,5}(?:right now|now|straight away|this minute|urgently|right away|as "
        r"soon as|today)\b",
        rf"\b(?:im|i am|been|ive been) (?:\w+ )?(?:stuck|locked out|still in bed|still in my (?:nightie|pyjamas"
        rf"|chair)|sat (?:here )?(?:wet|waiting)|lying)\b.{{0,60}}\b(?:{_NOW}|still|hours)\b",
        rf"\bstill (?:waiting|waitin) (?:for|on) (?:my |me |the |a )?(?:\w+ )?{_THING}\b.{{0,40}}\b(?:{_NOW}|{_LATER})",
        r"\bstill (?:in bed|not been (?:got up|washed|fed|seen to|changed))\b.{0,40}\b(?:nobody|no one|gone|waiting"
        r"|today|now|this)\b",
        rf"\b(?:heating|boiler|alarm|pendant|hoist|lift|oxygen|cord|door|bed|electric|phone)s? (?:has |have |is |s "
        rf")?(?:just )?(?:packed up|gone off|conked out|stopped(?: working)?|not working|isnt working|broken|broke"
        rf"|jammed|gone|wont open)\b.{{0,30}}\b{_NOW}\b",
        r"\b(?:can|could|will|would) (?:somebody|someone|anybody|anyone|you (?:send|get) (?:somebody|someone)) "
        r"(?:come|help|ring|see to|to)\b.{0,40}\b(?:now|today|straight away|please|this|tonight)\b",
        r"\b(?:please )?send (?:somebody|someone|help|a nurse|the doctor|a doctor|a carer)\b.{0,30}\b(?:now|today"
        r"|straight away|quick|please|tonight)\b",
    )
)


def cannot_wait(text: str) -> bool:
    """True when somebody needs help now: nobody has come this morning, the tablets have run out.

    Args:
        text: The person's words; the first 6,000 characters are read.

    Returns:
        False for complaints about how things are in general, and for what is past.
    """
    said = " ".join(word.form for word in words_of(text[:MAX_CHARACTERS]))
    return any(_about_now(said, match) for pattern in _URGENT for match in pattern.finditer(said))


def _about_now(said: str, match: re.Match[str]) -> bool:
    """No habit, past or condition in the matching words, nor in the few words before them."""
    before = " ".join(said[: match.start()].split()[-4:])
    found = match.group()
    if re.search(r"\b(?:can|could|will|would) (?:somebody|someone|anybody|anyone|you)\b", found):
        return not _HABIT.search(before)
    today = re.sub(r"\bnever (?=came|turned|arrived|come)", "", found) if "today" in found or "this" in found else found
    after = " ".join(said[match.end() :].split()[:3])
    return not _HABIT.search(f"{before} {today}") and not _PAST_AFTER.search(after)
