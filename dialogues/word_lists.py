"""Words that Sayso does not say, each with what to do instead. Keys are regular expressions on lower-case text.

Sources: the product's wording rules; for ageism the Centre for Ageing Better's guide "Challenging ageism: a guide to
talking about ageing and older age" (2021); for jargon GOV.UK "Words to avoid".
"""

from __future__ import annotations

_AMERICAN = {
    "color": "colour",
    "favorite": "favourite",
    "center": "centre",
    "gray": "grey",
    "apologize": "apologise",
    "organize": "organise",
    "organization": "organisation",
    "recognize": "recognise",
    "realize": "realise",
    "emphasize": "emphasise",
    "summarize": "summarise",
    "canceled": "cancelled",
    "traveled": "travelled",
    "neighbor": "neighbour",
    "neighborhood": "neighbourhood",
    "behavior": "behaviour",
    "honor": "honour",
    "humor": "humour",
    "labor": "labour",
    "program": "programme",
    "theater": "theatre",
    "catalog": "catalogue",
    "dialog": "dialogue",
    "mom": "mum",
    "skillful": "skilful",
    "jewelry": "jewellery",
    "pajamas": "pyjamas",
    "defense": "defence",
    "gotten": "got",
}

AGEIST: dict[str, str] = {
    "the elderly|elderly": 'Say "older people", or just "you".',
    "dear|deary|dearie|sweetie|sweetheart|poppet|my love|bless you": "Use the name, or nothing.",
    "still": 'Leave "still" out: it sounds as if it were a surprise.',
    "at your age|for your age|your time of life": "Leave it out.",
    "old folk|old folks|old people|old dears?|pensioners?|oaps?|the aged|geriatric": 'Say "older people", or "you".',
    "frail|infirm|feeble": "Say what help is wanted, not what a person is.",
    "seniors?|senior citizens?": 'Say "older people", or "you".',
    "vulnerable": "Say what is needed, not what a person is.",
    "young (?:man|lady|woman|at heart)|good (?:boy|girl|lad|lass)": "Use the name, or nothing.",
    "how are we|are we (?:feeling|ready|comfortable|all right|sitting)|our (?:tablets|dinner|tea|bath)": 'Say "you".',
    "pop (?:on|off|down|your)": "Say plainly what is meant.",
    "confused|senile|demented|burden": "Say nothing about the person's mind or worth.",
}
LEADING: dict[str, str] = {
    "don't you think|do you not think": 'Ask "What do you think?".',
    "wouldn't you agree|don't you agree|would you agree": 'Ask "What do you think?".',
    "surely|obviously|clearly|of course you": "Leave it out.",
    "how good|how bad|how happy|how satisfied|how pleased": 'Ask "How is ...?" or "What is ... like?".',
    "great|wonderful|excellent|fantastic|amazing|brilliant|perfect": "Leave the praise to the person.",
    "lovely (?:service|staff|carers?|meals?)|terrible|awful|poor service": "Leave the judgement to the person.",
    "isn't it|aren't they|isn't that so": "Leave the tag out.",
}
JARGON: dict[str, str] = {
    "feedback": 'Say "what you tell me".',
    "utili[sz]e\\w*": 'Say "use".',
    "regarding|in regard to|with regard to|concerning": 'Say "about".',
    "prior to": 'Say "before".',
    "in order to": 'Say "to".',
    "via": 'Say "by" or "through".',
    "commence\\w*": 'Say "start".',
    "terminate\\w*": 'Say "end".',
    "assist|assistance": 'Say "help".',
    "require[sd]?": 'Say "need".',
    "additional": 'Say "more".',
    "facilitate\\w*": 'Say "help".',
    "service users?|clients?|stakeholders?|end users?": 'Say "you" or "people".',
    "survey|questionnaire|data|input|session|interview|respondents?": 'Say "talk", "words" or "what you told me".',
    "consent": 'Ask the thing itself: "May I ...?".',
    "safeguarding|disclosure": 'Say "safety".',
    "confirm|select|submit|process|proceed": 'Say "Is that right?", "pick", "send" or "go on".',
    "provide|receive|obtain": 'Say "give" or "get".',
    "care (?:package|pathway|plan review)|outcomes?|co-?production": "Say what it is in daily life.",
}
FALSE_FEELING: dict[str, str] = {
    "i (?:do |fully |completely )?understand(?: how| what)? you(?:'re| are)? (?:feel|feeling|going)": (
        'Say "Thank you for telling me."'
    ),
    "i know how you feel|i feel for you|i can imagine how|i feel your": 'Say "Thank you for telling me."',
    "i care about you|i am sad|i am so sorry to hear": 'Say "That matters."',
}


def british(word: str) -> str | None:
    """The British spelling of an American word, None for all others."""
    if word in _AMERICAN:
        return _AMERICAN[word]
    for ending in ("s", "d", "ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word and stem in _AMERICAN:
            return _AMERICAN[stem] + ending
        if ending == "ing" and stem + "e" in _AMERICAN:
            return _AMERICAN[stem + "e"].removesuffix("e") + ending
    return None
