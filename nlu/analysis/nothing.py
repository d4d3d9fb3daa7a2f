"""Telling answers without content from answers that have some."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.analysis.cues import Word

_FORMULAS = re.compile(
    r"\b(?:(?:i )?(?:cant|cannot|mustnt|shouldnt|couldnt|wont|dont) (?:really )?(?:complain|grumble|say|think(?: of)?"
    r"|remember)"
    r"(?: (?:ow?t|anything|nothing|nowt|of anything|of owt|too much|i suppose))*"
    r"|(?:no|not any|havent any|ive no|ive got no|got no|i have no|havent got any) (?:complaints?|comment|bother"
    r"|opinion|problems?|worries)"
    r"|not (?:so|too) (?:bad|dusty|good)|not (?:really|particularly|especially|bad|sure|a lot|much|that i know of"
    r"|bothered)"
    r"|(?:its |it is |theyre |they are |im |i am |were |all |quite )*"
    r"(?:alright|all right|all ?reet|ok|okay|fine|fair|so so|middling|fair to middling|as ever|as usual|no different"
    r"|nice enough)"
    r"|(?:the )?same as (?:usual|ever|always|before|it was)|much the same"
    r"|(?:nothing|nowt|owt|anything)(?: (?:really|else|much|special|comes to mind|springs to mind|to add|to say"
    r"|bothers me|at all|more|like that|that i can think of|i can think of))*"
    r"|(?:thats|that is) (?:about )?(?:it|all|everything|the lot)|it is what it is|you know how it is|i get by"
    r"|getting by|i suppose so|i suppose"
    r"|(?:i )?(?:dont|do not|wouldnt|couldnt) know(?: about that)?(?: really)?|dunno|no idea|(?:im )?not bothered"
    r"|(?:ill )?leave it there"
    r"|(?:i )?(?:dont|do not) think so|cant say fairer|could be (?:worse|better)|as (?:good|well) as can be expected"
    r"|up and down"
    r"|(?:its|it is) ?(?:ok|okay|fine)|you get used to it|nothing to report|no news|bearing up|still here|pass)\b"
)
_FILLERS = frozenset(
    "well oh er erm um uh ah eh ee aye yes yeah yep no nope nah and but so then just really you know love dear duck "
    "pet hinny hen flower "
    "mate sorry please thank thanks ta you very much now i mean like sort of kind bit all it is its that thats im was "
    "been be the a to "
    "with me them at for suppose think quite pretty too only same usual on there here have had do does did say said "
    "right "
    "honest tell truth anyway ok".split()
)


def is_formula(words: Sequence[Word]) -> bool:
    """True for a clause that is a formula of politeness and nothing else."""
    return bool(_FORMULAS.search(" ".join(word.form for word in words))) and says_nothing(words)


def says_nothing(words: Sequence[Word]) -> bool:
    """True for politeness, formulas and "don't know": nothing is left when they are taken away."""
    said = " ".join(word.form for word in words)
    rest = _FORMULAS.sub(" ", said)
    left = [form for form in rest.split() if form not in _FILLERS]
    return not left
