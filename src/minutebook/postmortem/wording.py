"""a written postmortem → its phrases that blame or show hindsight, and what to say instead.

There's a table of patterns, each with the question that leads back to the system. Verbs that also describe services
("failed to connect") only count with a person as their subject. Code and minutebook's own facts are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from minutebook.postmortem.document.regions import find_regions

#: ``line`` and ``column`` count from 1; ``kind`` is blame, hindsight or name.
COLUMNS = ("line", "column", "kind", "phrase", "instead")

# Who acts: roles, professions, pronouns, teams.
_WHO = (
    r"(?:(?:the|our|an?|one|that|this|another|some|first|second|junior|senior|new|on-?call|platform|database|network|ops|devops|sre|qa|release|support)\s+)*"
    r"(?:(?:deployer|responder|author)\s+[A-Z]{1,2}\b|engineers?|developers?|devs?|operators?|admin(?:istrator)?s?|dbas?|sres?|on-?calls?|intern|contractor|colleagues?|person|people|somebody|someone"
    r"|nobody|no one|team(?:\s+member)?s?|managers?|lead|analyst|technician|employees?|staff|reviewers?|approvers?|testers?|they|he|she|we|you|i|who|everyone|vendor)"
)
_ADVERB = r"(?:\s+(?:also|then|simply|just|even|still|again|clearly|obviously|apparently|unfortunately|later|had|has|have|was|were|itself|herself|himself|themselves))*"

_HOW = "say what the system showed and allowed at that moment, and which check wasn't there"
_KNEW = "say what was known then, and what would have made it visible"

#: (kind, pattern, what to say instead), in this order; of overlapping hits the first and longest counts.
_TABLE: tuple[tuple[str, str, str], ...] = (
    ("blame", r"(?:human|user|operator|pilot|engineer|manual|finger)\s+(?:error|trouble)", "begin there: which step let one slip reach production, and what would have caught it?"),
    ("blame", r"careless(?:ly|ness)?|negligen(?:t|tly|ce)|incompeten(?:t|tly|ce)|slopp(?:y|ily|iness)|reckless(?:ly|ness)?|irresponsib(?:le|ly)|laz(?:y|iness)|stupid(?:ly|ity)?|dumb|clueless|thoughtless(?:ly)?"
              r"|unprofessional(?:ly)?|inattenti(?:ve|on)|lack\s+of\s+(?:attention|care|diligence|discipline|common\s+sense)|not\s+(?:paying\s+attention|careful(?:\s+enough)?)|did(?:n[’']t|\s+not)\s+pay\s+attention", _HOW),
    ("blame", r"(?:is|are|was|were|be|been)\s+(?:entirely\s+|partly\s+|solely\s+)?(?:to\s+blame|at\s+fault|guilty|the\s+culprit)|(?:at\s+fault|culprit)|(?<!no\s)(?<!without\s)(?<!not\s)(?<!never\s)(?<!n't\s)(?<!n’t\s)(?:blamed?|blaming)\b(?!\s*-?\s*(?:free|less))|\w+[’']s\s+fault|fault\s+of\s+" + _WHO, "a fault is a condition: say which one, and where"),
    ("blame", r"(?:(?:was|were|is|been)\s+)?(?:directly\s+|mainly\s+)?(?:caused|triggered|broken|introduced)\s+by\s+" + _WHO, "say which change or condition it was; who made it is a role in the timeline"),
    ("blame", _WHO + r"\s+(?:caused|broke|crashed|killed|took\s+down|brought\s+down|messed\s+up|screwed\s+up)", "say what the change did to the system, not who made it"),
    ("blame", r"(?:ma[dk]e|making|made)\s+(?:a|an|the|this|that|some|another)?\s*(?:\w+\s+)?(?:mistakes?|errors?)\b|by\s+mistake|mistaken(?:ly)?|messed\s+(?:it\s+)?up|screwed\s+(?:it\s+)?up|fat-?finger(?:ed|ing)?", "say what was done and why it was sensible with what could be seen then"),
    ("blame", _WHO + _ADVERB + r"\s+(?:accidentally|inadvertently|wrongly|incorrectly|erroneously|foolishly|hastily|blindly|improperly)", "leave the adverb out, and say what made the step look right"),
    ("blame", _WHO + _ADVERB + r"\s+(?:failed|neglected|omitted|forgot|refused|did\s+not\s+bother|didn[’']t\s+bother)\s+to\b", "say what was done instead, and what would have brought the step to mind"),
    ("blame", _WHO + _ADVERB + r"\s+(?:forgot|ignored|overlooked|missed|disregarded|dismissed|skipped|violated|bypassed|misread|misconfigured|misunderstood)\b", _HOW),
    ("blame", _WHO + _ADVERB + r"\s+(?:did\s+not|didn[’']t|did\s+never|never)\s+(?:check|notice|test|verify|read|follow|realise|realize|think|review|ask|look|see|monitor|validate|communicate|escalate|understand)\b", "say what could be seen then, and what the system didn't show"),
    ("blame", r"poor\s+(?:judg(?:e)?ment|decision|communication\s+by)|bad\s+(?:judg(?:e)?ment|decision)|(?:wrong|poor|bad)\s+(?:choice|call)\s+by", "say what the choice was between, and what was known of each side"),
    ("blame", r"(?:disciplin(?:ed|ary)|reprimand\w*|punish\w*|retrain(?:ed|ing)?\s+(?:the|him|her|them|staff)|held?\s+accountable|(?:needs?|requires?)\s+(?:more\s+|better\s+|additional\s+)?training|be\s+more\s+careful|more\s+careful(?:ly)?\s+(?:next|in\s+the\s+future))", "change the system so that care isn't what holds it: a check, a limit, a default"),
    ("hindsight", r"(?:should(?:\s+not|n[’']t)?|ought(?:\s+not)?\s+to|ought)\s+(?:\w+ly\s+)?(?:have|[’']ve|of)\s+(?:\w+ly\s+)?\w+", _KNEW),
    ("hindsight", r"(?:could|might)(?:\s+not|n[’']t)?\s+(?:\w+ly\s+)?(?:have|[’']ve)\s+(?:\w+ly\s+)?(?:been\s+)?(?:\w+ly\s+)?(?:prevented|avoided|caught|spotted|seen|noticed|known|stopped|detected|foreseen|predicted|tested|checked|asked|escalated)", "say it forwards, as an action item: what will catch it from now on?"),
    ("hindsight", r"would(?:\s+not|n[’']t)?\s+(?:never\s+)?have\s+(?:never\s+)?(?:happened|occurred|been\s+(?:prevented|avoided|caught|noticed))", "say what happened; what would help is an action item"),
    ("hindsight", r"if\s+only|had\s+(?:they|we|he|she|someone|somebody|anyone|" + _WHO + r")\s+(?:only\s+|just\s+|simply\s+)?(?:checked|tested|noticed|known|read|followed|looked|asked|waited|reviewed|escalated)", _KNEW),
    ("hindsight", r"(?:in|with)\s+(?:the\s+benefit\s+of\s+)?hindsight|in\s+retrospect|looking\s+back,?\s+it\s+(?:is|was)", _KNEW),
    ("hindsight", r"(?:easily|clearly|entirely|completely|totally|perfectly)\s+(?:avoidable|preventable|foreseeable|predictable|visible)|avoidable|foreseeable|needless(?:ly)?|inexcusabl[ey]|unforgivabl[ey]", _KNEW),
    ("hindsight", r"(?:it\s+(?:is|was)\s+|was\s+|were\s+|an?\s+)?obvious(?:ly)?|it\s+(?:is|was)\s+(?:clear|evident|plain)\s+that|(?:as\s+)?(?:everyone|everybody|anyone|anybody)\s+(?:knows?|knew|could\s+(?:see|have\s+seen))|any\s+competent|common\s+sense|of\s+course", _KNEW),
    ("hindsight", r"(?:all\s+)?(?:they|he|she|we|" + _WHO + r")\s+(?:only\s+|just\s+|simply\s+)?had\s+to\s+do\s+was|(?:only|just|simply)\s+(?:needed|had)\s+to", _KNEW),
    ("hindsight", r"(?:knew|known)\s+(?:better|or\s+should\s+have\s+known)|must\s+have\s+(?:known|seen|noticed)", "what somebody knew is theirs to tell: quote them, or say what the screen showed"),
    ("hindsight", r"why\s+did(?:n[’']t|\s+not)?\s+(?:you|he|she|they|" + _WHO + r")", "ask what they saw and how it looked to them: “why did you” asks for a defence"),
)  # fmt: skip
_PATTERNS = [
    (kind, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), instead)
    for kind, pattern, instead in _TABLE
]
_CODE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)|`[^`\n]+`|<!--.*?-->|https?://\S+",
    re.MULTILINE | re.DOTALL,
)
_OWNERS = re.compile(r"(?im)^\|[^\n]*\b(?:owner|assignee|who|responsible|dri)\b[^\n]*\|[ \t]*\n(?:\|[^\n]*(?:\n|\Z))*")


def wording(text: str, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The phrases of a postmortem that blame or show hindsight, one row per phrase in order, columns as in `COLUMNS`.

    ``names`` maps names of people to their roles, as `Book.roles` does: except for owners of action items, the role is
    suggested in place of a name.
    """
    seen = _mask(text)
    found = [*_find_phrases(seen), *_find_names(_mask_owners(seen), names or {})]
    kept: list[tuple[int, int, str, str]] = []
    for start, stop, kind, instead in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, stop, kind, instead))
    rows = [
        (*_locate(text, start), kind, " ".join(text[start:stop].split()), instead)
        for start, stop, kind, instead in kept
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"line": "int64", "column": "int64"})


def _find_phrases(text: str) -> Iterator[tuple[int, int, str, str]]:
    for kind, pattern, instead in _PATTERNS:
        for found in pattern.finditer(text):
            # Not over an empty line: that's another paragraph.
            if not re.search(r"\n\s*\n", found[0]):
                yield found.start(), found.end(), kind, instead


def _find_names(text: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str, str]]:
    listed = sorted((name for name in names if len(name) >= 3), key=lambda name: (-len(name), name))
    # A first or last name alone is the same person, unless two are called so.
    parts: dict[str, set[str]] = {}
    for name in listed:
        for part in re.split(r"[\s@.]+", name) if re.search(r"[\s@]", name) else []:
            if len(part) >= 4 and part.isalpha() and part not in ("com", "example", "mail"):
                parts.setdefault(part, set()).add(names[name])
    roles = {
        **{part: next(iter(of)) for part, of in parts.items() if len(of) == 1},
        **{name: names[name] for name in listed},
    }
    if not roles:
        return
    pattern = re.compile(
        rf"(?<!\w)@?(?P<name>{'|'.join(re.escape(n) for n in sorted(roles, key=lambda n: (-len(n), n)))})(?!\w)",
        re.IGNORECASE,
    )
    for found in pattern.finditer(text):
        # A part of a name may be a word: only as it's written of people.
        if found["name"].casefold() in parts and found["name"].islower() and not found[0].startswith("@"):
            continue
        yield found.start(), found.end(), "name", f"people are roles here: {roles[found['name'].casefold()]}"


def _mask(text: str) -> str:
    """The text with code, comments, links and minutebook's own lines as blanks, every place as it was."""
    seen = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    lines, own = seen.split("\n"), find_regions(text)
    for region in own.values():
        for at in range(region.start, region.stop):
            lines[at] = " " * len(lines[at])
    # Emphasis within a phrase, and the marks of quotes and lists at a line's start, are no words.
    return re.sub(r"(?m)^[ \t]*>", lambda found: " " * len(found[0]), re.sub(r"[*_]", " ", "\n".join(lines)))


def _mask_owners(text: str) -> str:
    return _OWNERS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _locate(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - (text.rfind("\n", 0, place) + 1) + 1
