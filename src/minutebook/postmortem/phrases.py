"""phrases that blame or show hindsight, each with the question that leads back to the system.

In a phrase a blank is any white space, WHO is whoever acts, and ACTOR the same with adverbs behind (“they simply”). Verbs
that also describe services ("failed to connect") only count with a person as their subject.
"""

from __future__ import annotations

import re

# Roles, professions, pronouns, teams.
_WHO = (
    "(?:(?:the|our|an?|one|that|this|another|some|first|second|junior|senior|new|on-?call|platform|database"
    r"|network|ops|devops|sre|qa|release|support)\s+)*(?:(?:deployer|responder|author)\s+[A-Z]{1,2}\b|engineers?"
    "|developers?|devs?|operators?|admin(?:istrator)?s?|dbas?|sres?|on-?calls?|intern|contractor|colleagues?"
    r"|person|people|somebody|someone|nobody|no one|team(?:\s+member)?s?|managers?|lead|analyst|technician"
    "|employees?|staff|reviewers?|approvers?|testers?|they|he|she|we|you|i|who|everyone|vendor)"
)
_ADVERB = (
    r"(?:\s+(?:also|then|simply|just|even|still|again|clearly|obviously|apparently|unfortunately|later|had|has"
    "|have|was|were|itself|herself|himself|themselves))*"
)

_HOW = "say what the system showed and allowed at that moment, and which check wasn't there"
_KNEW = "say what was known then, and what would have made it visible"

#: (phrase, what to say instead); of overlapping hits the first and longest counts.
_BLAME: tuple[tuple[str, str], ...] = (
    (
        "(human|user|operator|pilot|engineer|manual|finger) (error|trouble)",
        "begin there: which step let one slip reach production, and what would have caught it?",
    ),
    (
        "careless(ly|ness)?|negligen(t|tly|ce)|incompeten(t|tly|ce)|slopp(y|ily|iness)|reckless(ly|ness)?"
        "|irresponsib(le|ly)|laz(y|iness)|stupid(ly|ity)?|dumb|clueless|thoughtless(ly)?|unprofessional(ly)?"
        "|inattenti(ve|on)|lack of (attention|care|diligence|discipline|common sense)"
        "|not (paying attention|careful( enough)?)|did(n[’']t| not) pay attention",
        _HOW,
    ),
    (
        "(is|are|was|were|be|been) (entirely |partly |solely )?(to blame|at fault|guilty|the culprit)"
        r"|(at fault|culprit)|(?<!no\s)(?<!without\s)(?<!not\s)(?<!never\s)(?<!n't\s)(?<!n’t\s)"
        r"(blamed?|blaming)\b(?!\s*-?\s*(free|less))|\w+[’']s fault|fault of WHO",
        "a fault is a condition: say which one, and where",
    ),
    (
        "((was|were|is|been) )?(directly |mainly )?(caused|triggered|broken|introduced) by WHO",
        "say which change or condition it was; who made it is a role in the timeline",
    ),
    (
        "WHO (caused|broke|crashed|killed|took down|brought down|messed up|screwed up)",
        "say what the change did to the system, not who made it",
    ),
    (
        r"(ma[dk]e|making|made) (a|an|the|this|that|some|another)?\s*(\w+ )?(mistakes?|errors?)\b|by mistake"
        "|mistaken(ly)?|messed (it )?up|screwed (it )?up|fat-?finger(ed|ing)?",
        "say what was done and why it was sensible with what could be seen then",
    ),
    (
        "ACTOR (accidentally|inadvertently|wrongly|incorrectly|erroneously|foolishly|hastily|blindly|improperly)",
        "leave the adverb out, and say what made the step look right",
    ),
    (
        r"ACTOR (failed|neglected|omitted|forgot|refused|did not bother|didn[’']t bother) to\b",
        "say what was done instead, and what would have brought the step to mind",
    ),
    (
        "ACTOR (forgot|ignored|overlooked|missed|disregarded|dismissed|skipped|violated|bypassed|misread"
        r"|misconfigured|misunderstood)\b",
        _HOW,
    ),
    (
        "ACTOR (did not|didn[’']t|did never|never) (check|notice|test|verify|read|follow|realise|realize|think"
        r"|review|ask|look|see|monitor|validate|communicate|escalate|understand)\b",
        "say what could be seen then, and what the system didn't show",
    ),
    (
        "poor (judg(e)?ment|decision|communication by)|bad (judg(e)?ment|decision)|(wrong|poor|bad) (choice|call) by",
        "say what the choice was between, and what was known of each side",
    ),
    (
        r"(disciplin(ed|ary)|reprimand\w*|punish\w*|retrain(ed|ing)? (the|him|her|them|staff)|held? accountable"
        "|(needs?|requires?) (more |better |additional )?training|be more careful"
        "|more careful(ly)? (next|in the future))",
        "change the system so that care isn't what holds it: a check, a limit, a default",
    ),
)
#: The same of what only shows afterwards.
_HINDSIGHT: tuple[tuple[str, str], ...] = (
    (
        r"(should( not|n[’']t)?|ought( not)? to|ought) (\w+ly )?(have|[’']ve|of) (\w+ly )?\w+",
        _KNEW,
    ),
    (
        r"(could|might)( not|n[’']t)? (\w+ly )?(have|[’']ve) (\w+ly )?(been )?(\w+ly )?(prevented|avoided|caught"
        "|spotted|seen|noticed|known|stopped|detected|foreseen|predicted|tested|checked|asked|escalated)",
        "say it forwards, as an action item: what will catch it from now on?",
    ),
    (
        "would( not|n[’']t)? (never )?have (never )?(happened|occurred|been (prevented|avoided|caught|noticed))",
        "say what happened; what would help is an action item",
    ),
    (
        "if only|had (they|we|he|she|someone|somebody|anyone|WHO) (only |just |simply )?(checked|tested|noticed"
        "|known|read|followed|looked|asked|waited|reviewed|escalated)",
        _KNEW,
    ),
    (
        "(in|with) (the benefit of )?hindsight|in retrospect|looking back,? it (is|was)",
        _KNEW,
    ),
    (
        "(easily|clearly|entirely|completely|totally|perfectly) (avoidable|preventable|foreseeable|predictable"
        "|visible)|avoidable|foreseeable|needless(ly)?|inexcusabl[ey]|unforgivabl[ey]",
        _KNEW,
    ),
    (
        "(it (is|was) |was |were |an? )?obvious(ly)?|it (is|was) (clear|evident|plain) that"
        "|(as )?(everyone|everybody|anyone|anybody) (knows?|knew|could (see|have seen))|any competent"
        "|common sense|of course",
        _KNEW,
    ),
    (
        "(all )?(they|he|she|we|WHO) (only |just |simply )?had to do was|(only|just|simply) (needed|had) to",
        _KNEW,
    ),
    (
        "(knew|known) (better|or should have known)|must have (known|seen|noticed)",
        "what somebody knew is theirs to tell: quote them, or say what the screen showed",
    ),
    (
        "why did(n[’']t| not)? (you|he|she|they|WHO)",
        "ask what they saw and how it looked to them: “why did you” asks for a defence",
    ),
)


def _compile(phrase: str) -> re.Pattern[str]:
    pattern = phrase.replace(" ", r"\s+").replace("ACTOR", _WHO + _ADVERB).replace("WHO", _WHO)
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)


#: (kind, pattern, what to say instead), in the order of the tables.
PATTERNS = tuple(
    (kind, _compile(phrase), instead)
    for kind, table in (("blame", _BLAME), ("hindsight", _HINDSIGHT))
    for phrase, instead in table
)
