"""the text of an action item → whether somebody could check that it was done; else what is missing.

An item is specific if it has a verb that changes something and an outcome to measure: a number, or a thing named closely
enough to be found. Verbs of thinking ("investigate"), words of praise ("better") and uncounted things ("more tests")
aren't outcomes. All are tables of words, so that a team can see what it's judged by.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_LEAD = re.compile(
    r"^(?:[-*•\d.)\s\[\]x]+)?(?:(?:action|todo|task|ai)\s*(?:\d+)?\s*[:–-]\s*)?(?:(?:we|i|they|the team|teams?|\w+ team|please|let'?s|someone|engineers?)\s+)?"
    r"(?:(?:should|must|need(?:s)? to|have to|has to|will|to|shall|ought to|could|can|want to|going to|are going to)\s+)*(?:please\s+|also\s+|then\s+)?",
    re.IGNORECASE,
)

#: Verbs that change something that can be seen afterwards.
CHANGING = frozenset(
    """
add adds adjust alert align allocate allow apply archive assign attach automate backfill backport ban block bound build bump
cache cap change close codify commit configure connect convert copy create cut deactivate decommission decouple decrease
define delete deploy deprecate disable document double drop duplicate emit enable encrypt enforce exclude exercise expire
export expose extend extract fail file flag freeze gate generate grant halve implement import include index install
instrument integrate introduce isolate label launch limit link list lock log lower make mark measure merge migrate mirror
mount move name notify open overwrite page partition patch pause persist pin port post pre-provision prevent print
provision prune publish purge put quarantine quota raise rate-limit rebuild reconcile refuse ship halt kill cancel ban swap spread give record redirect register reject rehearse
release remove rename renew replace replicate report require reserve reset resize restore restrict retire retry return
revert revoke rewrite roll rotate route run sample scale scan schedule script send separate serve set shard shed shift
shorten show shrink shut sign silence simulate skip snapshot specify split stage stop store stub subscribe surface switch
tag teach template terminate test throttle tighten time trigger trim truncate turn unify unpin upgrade use validate verify
version warm warn wire wrap write
""".split()  # noqa: SIM905
)
#: Verbs that change an amount: only a number or a condition says when it's done.
GRADUAL = frozenset(
    """
address beef boost clean cleanup complete decrease ease enhance ensure expand fix finish guarantee handle harden help hire
improve increase invest keep maintain make minimise minimize mitigate modernise modernize monitor observe optimise optimize
polish protect provide reduce refactor refine refresh resolve rework secure simplify solve speed stabilise stabilize
standardise standardize strengthen streamline support tune update upgrade
""".split()  # noqa: SIM905
)
#: Verbs that leave nothing behind to check.
THINKING = frozenset(
    """
align analyse analyze ask assess audit avoid be become brainstorm check communicate consider continue coordinate decide
determine discuss educate encourage engage escalate establish evaluate examine experiment explore figure find focus follow
get have identify inform investigate involve know learn look meet motivate pay plan ponder prioritise prioritize
promote raise-awareness read reach reconsider remember remind research rethink review revisit see share socialise socialize
spend study sync take talk think try understand watch work worry
""".split()  # noqa: SIM905
)
#: Words that say how good something should be, not what it should do.
PRAISE = frozenset(
    """
adequate appropriate better best careful carefully cleaner clearer closely correct correctly easier effective efficient enough
extra faster further good greater high-quality improved more necessary needed optimal proactive proactively proper properly
regularly relevant reliable resilient robust safer significantly smarter smoother soon sooner stronger sufficient thorough various
""".split()  # noqa: SIM905
)
#: Endings of nouns, and words that follow one; any other first word may be a verb that isn't listed.
_NOUN = re.compile(
    r"(?:s|ions?|ances?|ences?|ancy|ency|ity|ment|ness|ing|ship|age|th|er|or|al|ism|ure|ware|able|ive|ful|less|ous|ic)$"
)
_SAID_OF_NOUN = frozenset(
    (
        "need",
        "needs",
        "should",
        "must",
        "is",
        "are",
        "was",
        "were",
        "for",
        "of",
        "between",
        "in",
        "to",
        "will",
        "could",
        "has",
        "have",
    )
)
#: Things that a change leaves behind; with a closer description they can be found.
_THINGS = (
    r"alert|alarm|page[rs]?|dashboard|panel|graph|test|tests|suite|runbook|playbook|check|checks|checklist|canary|canaries|breaker|flag|switch|rule|lint"
    r"|pipeline|step|stage|gate|hook|script|job|cron|backup|replica|index|migration|metric|counter|log line|field|header|endpoint|probe|pool|queue|cache|table"
    r"|column|schema|validation|procedure|page|guide|section|template|form|drill|game day|exercise|rotation|schedule|policy|permission|role|access|key|certificate"
    r"|secret|config(?:uration)?|setting|default|parameter|variable|version|dependency|library|image|container|node|host|server|instance|cluster|database|service"
    r"|retries|retry|rollback|deploy|deployment|rollout|release|restart|failover|window|report|ticket|template|banner|message|status page|budget|SLO|objective"
    r"|quota|connection|connections|client|method|function|module|code|query|queries|lock|transaction|owner|on-call|escalation|annotation|label|alarm"
)  # fmt: skip
_THING = re.compile(rf"(?i)\b(?:{_THINGS})s?\b")
#: Things that mean nothing without a number or condition.
_BOUNDED = re.compile(
    r"(?i)\b(?:alert(?:s|ing)?|alarms?|thresholds?|limits?|rate.?limit(?:s|ing)?|timeouts?|quotas?|retries|retry|backoff|autoscaling)\b"
)
_CONDITION = re.compile(
    r"(?i)\b(?:when|whenever|if|unless|until|before|after|above|below|over|under|exceed\w*|at least|at most|less than|more than|every|per|within|on each|for each|as soon as)\b\s+\S+"
)
_QUALIFIED = re.compile(
    r"(?i)\b(?:for|to|on|in|of|that|which|where|with|from|against|between|into|by|so|behind|through|via|at|without|as|during|across)\b\s+(?P<rest>.+)$"
)
_NOTHING = re.compile(
    r"(?i)^(?:(?:the|our|all|any|every|each|this|that|these|those|it|them|us|some|future|similar|such|other|whole|entire)\s*)*"
    r"(?:things?|stuff|systems?|issues?|problems?|everything|everyone|everybody|services?|process(?:es)?|it|them|future|incidents?|team|code|place|need(?:ed)?|possible|cases?|way|work|us|general|production)?\W*$"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?:[<>≤≥=]\s*)?(?<!T)(?:\d[\d,.]*\s?(?:%|percent|ms|s\b|sec\w*|min\w*|h\b|hours?|days?|weeks?|x\b|×|[KMGT]i?B\b|connections?|requests?|users?|replicas?|retries|attempts?|nodes?|hosts?|instances?|regions?|zones?|engineers?"
    r"|people|services?|alerts?|tests?|times?|copies|rows?|errors?|events?|pods?|qps|rps|lines?|steps?|months?|questions|threads?|workers?|shards?|\w+)?|v\d[\w.]*)"
)
_WRITTEN = re.compile(r"(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|zero|half|double|twice|third)\b")
_NAMED = re.compile(
    r"`[^`]+`|\b[a-z]+(?:[-_][a-z0-9]+)*_[a-z0-9_]+\b|\b[A-Z]?[a-z]+(?:[A-Z][a-z0-9]+)+\b|\b[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)+\b|(?<!\w)/\w[\w/.-]+|\b[A-Z]{2,}-\d+\b|\b\w+\(\)|\b[a-z]+\d+\b|\b[a-z]{3,}-[a-z0-9]{2,}(?:-[a-z0-9]+)*\b"
)
_COMMON_HYPHENS = re.compile(
    r"(?i)^(?:on-call|post-?mortem|rate-limit\w*|roll-?back|fail-?over|real-time|end-to-end|health-check\w*|follow-up|long-term|short-term|read-only|cross-team|auto-\w+|re-\w+|pre-\w+|non-\w+|well-\w+|high-\w+|low-\w+|self-\w+|co-\w+|multi-\w+|per-\w+|day-to-day|up-to-date|best-effort|sign-off|set-up|warm-up|clean-up)$"
)
#: Deadlines, which are no outcome.
TIMEBOX = re.compile(
    r"(?i)[,;(]?\s*\b(?:by|before|until|due|no later than|within|in|at)\b\s+(?:the\s+)?(?:end of\s+)?(?:the\s+)?(?:next|this|current|following|coming|last|first|\d+|two|three|four|six|a|one|sprint|q[1-4]|month|week|quarter|year|eo[wmqy]|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{4}-\d\d-\d\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)"
    r"(?:\s*(?:sprint|weeks?|months?|quarter|year|days?|release|iteration|\d{1,2}(?:st|nd|rd|th)?|\d{4}|of|,|/|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|(?:mon|tues|wednes|thurs|fri|satur|sun)day))*\)?\.?\s*$"
)

#: Verbs that change an amount, but are done where a named thing is.
_DONE_BY_NAME = ("fix", "update", "upgrade", "refactor", "protect", "provide", "resolve")


class _Item(NamedTuple):
    """The text of an action item without its deadline, and what is in it."""

    core: str
    words: list[str]
    verb: str
    has_number: bool
    has_name: bool
    has_condition: bool


def judge_outcome(text: str) -> str:
    """Why an action item isn't specific, in a few words; empty where it is."""
    core = _LEAD.sub("", TIMEBOX.sub("", text).strip()).strip()
    words = [word.lower() for word in _WORD.findall(core)]
    if not words:
        return "says nothing"
    has_number = bool(_NUMBER.search(_without_rows(core)) or _WRITTEN.search(core))
    item = _Item(core, words, _find_verb(words), has_number, _names_something(core), bool(_CONDITION.search(core)))
    return _judge_verb(item) or _judge_measure(item)


def _judge_verb(item: _Item) -> str:
    """Why the verb changes nothing that could be checked; empty where it may."""
    core, words, verb, has_number, has_name, has_condition = item
    if verb in CHANGING:
        return ""
    if verb in THINKING:
        has_second = re.search(r"(?i)\b(?:and|then|to)\b", core) and any(word in CHANGING for word in words[1:])
        if not has_second or not (has_number or has_name):
            return f"“{verb}” leaves nothing behind that can be checked: what will be different?"
    elif verb not in GRADUAL and not _may_be_verb(words):
        return f"doesn't begin with what will be done (“{words[0]}”)"
    is_bounded = has_number or (has_name and (has_condition or verb in _DONE_BY_NAME))
    return f"“{verb}” by how much: no number tells when it's done" if verb in GRADUAL and not is_bounded else ""


def _judge_measure(item: _Item) -> str:
    """Why nobody could see that it's done; empty where there's an outcome to measure."""
    core, words, verb, has_number, has_name, has_condition = item
    if has_number:
        return "" if len(words) >= 3 else "too short to tell what it is about"
    praise = next((word for word in words if word in PRAISE and not re.search(rf"(?i)\b{word} than\b", core)), "")
    if praise and not has_name:
        return f"“{praise}” can't be checked: give a number, or name the thing"
    bounded = _BOUNDED.search(core)
    if bounded and not has_condition and verb not in ("remove", "delete", "disable", "document"):
        return f"“{bounded[0]}” without a number or a condition"
    if verb == "upgrade" or (verb in GRADUAL and not has_name):
        return f"“{verb}” to which version or state?"
    qualified = _QUALIFIED.search(core)
    is_qualified = bool(qualified and not _NOTHING.match(qualified["rest"])) or has_condition
    is_measurable = is_qualified and (has_condition or _THING.search(core)) and len(words) >= 6
    if is_measurable or (has_name and len(words) >= 4):
        return ""
    return "no outcome to measure: of what, and how would anybody see that it's done?"


def _find_verb(words: list[str]) -> str:
    """The first word, or the second behind an adverb."""
    first = words[0]
    if first.endswith("ly") and len(words) > 1:
        first = words[1]
    for known in (first, first.removesuffix("s"), first.removesuffix("ing"), first.removesuffix("ing") + "e"):
        if known in CHANGING or known in GRADUAL or known in THINKING:
            return known
    return first


def _may_be_verb(words: list[str]) -> bool:
    """Whether an unlisted first word may be a verb: it isn't formed like a noun, nor followed by what follows nouns."""
    return len(words) > 3 and not _NOUN.search(words[0]) and words[1] not in _SAID_OF_NOUN


def _without_rows(text: str) -> str:
    """The text without references to timeline rows and tickets, whose numbers measure nothing."""
    return re.sub(r"\bT\d+\b|\b[A-Z]{2,}-\d+\b|#\d+", "", text)


def _names_something(text: str) -> bool:
    return any(not _COMMON_HYPHENS.match(found) for found in _NAMED.findall(text))
