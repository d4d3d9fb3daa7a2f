"""Names as they are heard: taken out of a sentence, and compared with some slack. Pure."""

from __future__ import annotations

import re

_BEFORE = (
    r"(?:oh|well|er|erm|um|yes|yeah|aye|hello|hiya|right|now then|it'?s|its|it is|i'?m|i am|im|my name'?s|my names|"
    r"my name is|me name'?s|me names|the name'?s|the names|name'?s|this is|you can call me|just call me|call me|"
    r"just|they (?:all )?call me|everybody calls me|everyone calls me|people call me|folk call me|"
    r"i like (?:to be called)?|i like being called|i'?d like|i prefer|i get called|i'?m called|im called|"
    r"i go by|known as|mostly|usually|always|plain|the|say)"
)
_AFTER = (
    r"(?:please|thank you|thanks|love|duck|pet|dear|flower|will do|is fine|is all right|will be fine|here|"
    r"speaking|if you like|if you dont mind|as (?:my|me) friends call me|to (?:my|me) friends|"
    r"that(?:'?s| is) (?:me|what they call me|my name|it)|thats (?:me|what they call me|my name|it)|go ahead|ga)"
)
_TITLES = frozenset("mr mrs miss ms mister missus doctor dr sir lady reverend father sister".split())
_NO_NAME = re.compile(r"\b(?:rather not|don'?t|dont|no|not|nothing|why|what|who|private|mind your own|never)\b")
_LONGEST = 3
"""Words in a name."""

KNOWN = frozenset(
    """ada agnes albert alan alfred alice alma amy ann anna anne annie arnold arthur audrey barbara barry basil beryl
    betty beatrice bernard bert bill bob brenda brian carol catherine cecil charles christine clara clifford clive
    colin constance cyril daphne david dawn dennis derek diana doreen doris dorothy douglas duncan edgar edith edna
    edward eileen elaine elizabeth ellen elsie emily emma enid eric erica ernest ethel eunice eva evelyn florence
    frances francis frank fred freda frederick geoffrey george gerald gladys glenys gloria gordon grace graham gwen
    gwyneth harold harry hazel heather helen henry herbert hilary hilda horace hugh ida irene iris ivy jack jacqueline
    james jane janet jean jeanette jenny jessie jill jim joan joe john joseph joy joyce judith julia julie june karen
    kathleen keith ken kenneth lena leonard leslie lilian lily linda lionel lorna louisa lucy mabel madge malcolm
    margaret maria marian marie marion marjorie mark martha martin mary maud maureen maurice mavis may melvyn michael
    mildred millicent molly monica morris muriel myra nancy nellie nigel nora norma norman olive oliver pamela
    patricia patrick paul pauline pearl peggy peter philip phyllis ralph ray raymond rebecca reginald richard rita
    robert rodney roger roland ronald rosalind rose rosemary roy ruby rupert ruth sally samuel sandra sarah sheila
    shirley sidney stanley stella stephen susan sybil sylvia ted terence thelma theresa thomas tony trevor una vera
    vernon veronica victor vincent vera violet vivian walter wendy wilfred william winifred yvonne""".split()
)
"""Given names usual among people born in Britain from the 1920s to the 1960s. Two that are both here and differ are
two people, however alike they sound (Joan and John, Jean and June)."""

_ALIKE = (
    ("ph", "f"), ("ck", "k"), ("gh", ""), ("wr", "r"), ("kn", "n"), ("sch", "s"), ("c(?=[eiy])", "s"), ("[cq]", "k"),
    ("z", "s"), ("x", "ks"), ("dg", "j"), ("g(?=[eiy])", "j"), ("v", "f"), ("d(?=t)", ""), ("th", "t"), ("h", ""),
)  # fmt: skip


def name_in(text: str) -> str:
    """The name in a reply to "what name do you like?": "Doris" for "oh they call me doris love"; "" for none."""
    said = re.sub(r"[^\w' -]+", " ", text.lower().replace("’", "'")).strip()
    said = re.sub(rf"^(?:{_BEFORE}\s+)+", "", said)
    said = re.sub(rf"(?:\s+{_AFTER})+$", "", said).strip()
    found = said.split()
    if not found or len(found) > _LONGEST or _NO_NAME.search(said) or any(char.isdigit() for char in said):
        return ""
    return " ".join("-".join(part.capitalize() for part in word.split("-")) for word in found)


def closeness(heard: str, known: str) -> int:
    """How well a heard name fits a known one: 3 the same, 2 the same first name, 1 sounds like it, 0 not."""
    one, other = _parts(heard), _parts(known)
    if not one or not other:
        return 0
    if one == other:
        return 3
    if one[0] == other[0] or (one[-1] == other[-1] and (_titled(heard) or _titled(known))):
        return 2
    return 1 if _sounds_alike(one[0], other[0]) else 0


def sound(name: str) -> str:
    """What a name sounds like, vowels left out but for the first letter."""
    text = re.sub("[^a-z]", "", name.lower())
    for pattern, letters in _ALIKE:
        text = re.sub(pattern, letters, text)
    start = "a" if text[:1] in {*"aeiou"} else text[:1]
    return start + re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyw]", "", text[1:]))


def _sounds_alike(one: str, other: str) -> bool:
    if one in KNOWN and other in KNOWN:
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter.rstrip("ey")) and len(shorter.rstrip("ey")) >= 3:
        return True  # Win and Winnie, Ron and Ronnie
    return sound(one) == sound(other)


def _parts(name: str) -> list[str]:
    words = re.findall(r"[a-z]+", name.lower().replace("'", "").replace("’", ""))
    return [word for word in words if word not in _TITLES] or words


def _titled(name: str) -> bool:
    return any(word in _TITLES for word in re.findall(r"[a-z]+", name.lower()))
