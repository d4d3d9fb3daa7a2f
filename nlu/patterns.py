"""The short, whole utterances that the built-in rules know: what people say, without saying what follows from it."""

from __future__ import annotations

import re

YES = (
    r"yes|yeah|yea|yep|yup|yer|aye|aye aye|ja|ok|okay|okey[- ]?doke?y?|right|righto|right you are|sure|"
    r"certainly|of course|by all means|"
    r"i do|i am|i would|i will|i have|they do|it is|they are|she does|he does|that'?s (?:right|it|correct|"
    r"fine)|correct|spot on|fine|"
    r"go on|go on then|go ahead|fire away|carry on|all right|alright|please do|you can|you may|happen|"
    r"if you like|i don'?t mind|"
    r"that'?ll do|course|definitely|absolutely|yes please|true|very much so|i suppose so|i think so"
)
NO = (
    r"no|nope|nah|nay|naw|no thanks?|no thank you|not really|not at all|never|never have|i don'?t|i do not|"
    r"i'?d rather not|they don'?t|"
    r"it isn'?t|it is not|she doesn'?t|he doesn'?t|i wouldn'?t|i haven'?t|i'?m not|certainly not|not likely|"
    r"no fear|no chance|"
    r"that'?s (?:wrong|not right)|wrong|i think not|i don'?t think so|nowt|nothing|nothing else|"
    r"that'?s (?:all|everything|the lot)|"
    r"no more|nowt else"
)
SOFT = (
    r"(?:oh|well|er|erm|um|ah|ooh|hmm|now|and|please|love|duck|pet|dear|flower|thanks|thank you|sorry|hello|"
    r"excuse me|then|just|"
    r"sir|miss|for me|if you (?:would|don'?t mind|can)|will you|would you|could you|can you|can we|could we|"
    r"can i|may i|shall we|"
    r"let'?s|i'?d like to|i want to|i would like to|let me|you'?ll have to|you need to|you must)"
)

COMMANDS: dict[str, str] = {
    "repeat": r"(?:say|tell me|ask me|read) (?:that|it) (?:again|once more)|say again|again|come again|"
    r"repeat(?: (?:that|it|the question))?|"
    r"pardon(?: me)?|eh|you what|what|what did you say|what was that|what was the question|i (?:didn'?t|"
    r"did not) (?:catch|hear|get) (?:that|it|you)|"
    r"once more|one more time|say it again|i missed that",
    "slower": r"(?:a (?:bit|little) )?slower|slow down|(?:speak|talk|go)(?: a (?:bit|"
    r"little))? (?:more )?(?:slowly|slower)|"
    r"(?:you'?re (?:going )?)?too fast|not so fast|steady on|slow it down|(?:you )?(?:talk|speak|go) too fast",
    "faster": r"(?:a (?:bit|little) )?(?:faster|quicker)|(?:you'?re (?:going )?)?too slow|speed up|(?:speak|"
    r"talk|go)(?: a (?:bit|little))? (?:faster|quicker)|"
    r"hurry up|get a move on",
    "louder": r"(?:a (?:bit|little) )?louder|speak up(?: a (?:bit|little))?|(?:speak|talk)(?: a (?:bit|"
    r"little))? louder|i can'?t hear you|turn it up|"
    r"(?:you'?re )?too quiet|i can'?t hear|i'?m (?:a bit )?(?:deaf|hard of hearing)",
    "explain": r"what do you mean(?: by that)?|what does that mean|i don'?t (?:understand|follow)(?: (?:you|"
    r"that|the question))?|explain(?: (?:that|it|please))*|"
    r"why do you ask|why are you asking(?: that| me that)?|what'?s (?:it|this|that) for|how do you mean|"
    r"why do you (?:want|need) to know",
    "skip": r"skip(?: (?:it|that|this|that one|this one|the question|this question))?|pass|"
    r"next(?: (?:question|one))?|move on|leave (?:that|it|that one)|"
    r"i'?d rather not (?:say|answer)(?: that)?|(?:go )?on to the next(?: one| question)?|ask me (?:another|"
    r"something else)|next one",
    "dont_know": r"(?:i )?(?:don'?t|do not|dunno|couldn'?t) (?:really )?(?:know|say|tell you)|dunno|no idea|"
    r"not sure|i'?m not sure|i haven'?t a clue|"
    r"i can'?t (?:say|remember|think)|haven'?t a clue|no notion|couldn'?t say|hard to say",
    "stop": r"stop(?: (?:it|this|now|the call|the interview))?|stop there|i (?:want|would like|"
    r"wish) to stop|i'?ve had enough|that'?s enough|no more questions|"
    r"end (?:it|this|the call)|hang up|finish(?: now)?|i don'?t want to (?:do|carry on with|"
    r"go on with) (?:this|it|any more)(?: any ?more)?|"
    r"i don'?t want to (?:carry|go) on|call it a day|pack it in|leave me alone",
    "pause": r"(?:hang|hold) on(?: (?:a|one|just a)? ?(?:minute|moment|second|tick|mo|sec))?|wait(?: (?:a|"
    r"one))? ?(?:minute|moment|second|tick|mo)?|"
    r"(?:half|just) a (?:minute|mo|tick|sec|moment)|pause|another (?:day|time)|not (?:now|today)|(?:ring|"
    r"call) (?:me )?(?:back )?(?:later|tomorrow|another (?:day|time))|"
    r"(?:do (?:it|this) )?(?:later|tomorrow)|call back later|try again (?:later|tomorrow)|it'?s not a good time",
    "human": r"(?:speak|talk) to (?:a|an actual|a real|some) ?(?:person|human|human being|somebody|someone|"
    r"body|one)?|(?:a )?(?:real|proper|human) (?:person|being)|"
    r"(?:get|put|give) me (?:on to |through to )?(?:a (?:real |proper )?(?:person|human|human being)|"
    r"somebody(?: real)?|someone(?: real)?|the operator)|operator|"
    r"a (?:real )?(?:person|human)|(?:speak|talk) to (?:somebody|someone)|is there (?:a|an actual|"
    r"a real) (?:person|human)(?: there)?",
    "go_back": r"go back(?: (?:one|a bit|to the (?:last|first|one before|previous)(?: one| question)?))?|"
    r"back(?: up)?|previous(?: question)?|the (?:last|previous) question|"
    r"back to the (?:last|previous)(?: one| question)?|go back a question",
    "thanks": r"thanks?(?: you)?(?: very much| so much| a lot)?|ta|ta very much|ta love|cheers|much obliged|"
    r"bless you|that'?s (?:very )?kind(?: of you)?|many thanks",
    "greet": r"hello|hi|hiya|hey|how do|ey up|ay up|good (?:morning|afternoon|evening)|how are you|now then|"
    r"morning|afternoon|evening|hello there",
    "goodbye": r"good ?bye|bye|bye bye|ta ?ra|ta[- ]ta|cheerio|good ?night|see you|so long|tara a bit|"
    r"toodle[- ]?pip|bye for now",
    "whats_next": r"what (?:happens|will happen) (?:next|now|then|after(?: this)?)|what(?:'?s| is) next|"
    r"what will you do with (?:it|this|that)|"
    r"what do you do with (?:it|this|that|my answers)|when will i hear",
    "privacy": r"who (?:sees|hears|gets|reads|will see|will hear|gets to see) (?:this|that|it)|"
    r"who'?s listening|are you recording(?: (?:me|this))?|is (?:this|it) (?:private|confidential|"
    r"being recorded|recorded)|"
    r"who will know|who are you telling|do they get to know|will they know it'?s me|do you keep (?:this|it)",
    "take_back": r"(?:take|cross|rub|scrub|strike|leave) (?:that|it)(?: (?:bit|one|last bit))? (?:back|out|"
    r"off)|take back what i (?:just )?said(?: about [\w' ]{2,30})?|"
    r"delete (?:that|it)|forget (?:i said )?(?:that|it)|don'?t (?:put|write) (?:that|it) down|scrub (?:that|"
    r"it)|forget what i (?:just )?said(?: about [\w' ]{2,30})?|"
    r"forget it all|delete everything|i take (?:that|it) back",
    "restart": r"start (?:again|over|afresh|from the beginning)|(?:begin|go) (?:again from the (?:start|"
    r"beginning))|from the (?:top|beginning)|restart|start all over(?: again)?",
    "my_data": r"what (?:have you got|do you hold|do you have|have you written) (?:on|about|down about) me|"
    r"(?:send me )?(?:a copy of )?(?:my data|my answers|what you (?:have|hold) (?:on|about) me)|"
    r"(?:can i have|i want|i'?d like) a copy(?: of (?:it|that|everything|what i said))?",
    "partial": r"sometimes|now and (?:again|then)|it depends|that depends|depends|so[- ]so|half and half|"
    r"yes and no|a bit of both|up and down|in between|some do,? some don'?t|"
    r"on and off|not always|mostly|most of the time|(?:it )?varies|could be",
    "correct": r"(?:no,? )?that'?s not (?:what|how) i said(?: it)?|(?:no,? )?that'?s not what i meant|"
    r"you'?ve got (?:that|it) wrong|i didn'?t say that|change (?:that|it)",
}
BUT = r"(?:but|only|except|though|mind you|as long as|so long as|provided|if|unless|apart from|although)"

BEFORE_COMMAND = rf"(?:{SOFT}|right|okay|ok|yes|no|aye|alright|all right|look)"


def whole(words: str, leading: str = SOFT) -> re.Pattern[str]:
    """A pattern for the listed words as the whole utterance, with nothing but polite words around them."""
    gap = r"[\s,.!?;:…-]*"
    return re.compile(rf"^{gap}(?:{leading}\b{gap})*(?:{words})(?:{gap}\b{SOFT})*{gap}$", re.IGNORECASE)


COMMAND_PATTERNS = {act: whole(words, BEFORE_COMMAND) for act, words in COMMANDS.items()}
BARE_PATTERNS = {
    "affirm": whole(rf"(?:{YES})(?:[\s,.]+(?:{YES}))*"),
    "deny": whole(rf"(?:{NO})(?:[\s,.]+(?:{NO}))*"),
}
