"""the words and shapes by which action items are judged, so that a team can see what it's judged by."""

from __future__ import annotations

import re

#: Verbs that change something that can be seen afterwards.
CHANGING = frozenset(
    """
add adds adjust alert align allocate allow apply archive assign attach automate backfill backport ban block bound
build bump cache cancel cap change close codify commit configure connect convert copy create cut deactivate
decommission decouple decrease define delete deploy deprecate disable document double drop duplicate emit enable
encrypt enforce exclude exercise expire export expose extend extract fail file flag freeze gate generate give grant
halt halve implement import include index install instrument integrate introduce isolate kill label launch limit
link list lock log lower make mark measure merge migrate mirror mount move name notify open overwrite page partition
patch pause persist pin port post pre-provision prevent print provision prune publish purge put quarantine quota
raise rate-limit rebuild reconcile record redirect refuse register rehearse reject release remove rename renew
replace replicate report require reserve reset resize restore restrict retire retry return revert revoke rewrite
roll rotate route run sample scale scan schedule script send separate serve set shard shed shift ship shorten show
shrink shut sign silence simulate skip snapshot specify split spread stage stop store stub subscribe surface swap
switch tag teach template terminate test throttle tighten time trigger trim truncate turn unify unpin upgrade use
validate verify version warm warn wire wrap write
""".split()  # noqa: SIM905
)
#: Verbs that change an amount: only a number or a condition says when it's done.
GRADUAL = frozenset(
    """
address beef boost clean cleanup complete decrease ease enhance ensure expand finish fix guarantee handle harden
help hire improve increase invest keep maintain make minimise minimize mitigate modernise modernize monitor observe
optimise optimize polish protect provide reduce refactor refine refresh resolve rework secure simplify solve speed
stabilise stabilize standardise standardize streamline strengthen support tune update upgrade
""".split()  # noqa: SIM905
)
#: Of these, the ones that are done where a named thing is.
DONE_BY_NAME = ("fix", "update", "upgrade", "refactor", "protect", "provide", "resolve")
#: Verbs that leave nothing behind to check.
THINKING = frozenset(
    """
align analyse analyze ask assess audit avoid be become brainstorm check communicate consider continue coordinate
decide determine discuss educate encourage engage escalate establish evaluate examine experiment explore figure find
focus follow get have identify inform investigate involve know learn look meet motivate pay plan ponder prioritise
prioritize promote raise-awareness reach read reconsider remember remind research rethink review revisit see share
socialise socialize spend study sync take talk think try understand watch work worry
""".split()  # noqa: SIM905
)
#: Words that say how good something should be, not what it should do.
PRAISE = frozenset(
    """
adequate appropriate best better careful carefully cleaner clearer closely correct correctly easier effective
efficient enough extra faster further good greater high-quality improved more necessary needed optimal proactive
proactively proper properly regularly relevant reliable resilient robust safer significantly smarter smoother soon
sooner stronger sufficient thorough various
""".split()  # noqa: SIM905
)
#: Endings of nouns, and words that follow one; any other first word may be a verb that isn't listed.
NOUN = re.compile(
    "(?:s|ions?|ances?|ences?|ancy|ency|ity|ment|ness|ing|ship|age|th|er|or|al|ism|ure|ware|able|ive|ful|less|ous|ic)$"
)
SAID_OF_NOUN = frozenset(
    """
are between could for has have in is must need needs of should to was were will
""".split()  # noqa: SIM905
)
_THINGS = (
    "alert|alarm|page[rs]?|dashboard|panel|graph|test|tests|suite|runbook|playbook|check|checks|checklist|canary"
    "|canaries|breaker|flag|switch|rule|lint|pipeline|step|stage|gate|hook|script|job|cron|backup|replica|index"
    "|migration|metric|counter|log line|field|header|endpoint|probe|pool|queue|cache|table|column|schema"
    "|validation|procedure|page|guide|section|template|form|drill|game day|exercise|rotation|schedule|policy"
    "|permission|role|access|key|certificate|secret|config(?:uration)?|setting|default|parameter|variable"
    "|version|dependency|library|image|container|node|host|server|instance|cluster|database|service|retries"
    "|retry|rollback|deploy|deployment|rollout|release|restart|failover|window|report|ticket|template|banner"
    "|message|status page|budget|SLO|objective|quota|connection|connections|client|method|function|module|code"
    "|query|queries|lock|transaction|owner|on-call|escalation|annotation|label|alarm"
)
#: Things that a change leaves behind; with a closer description they can be found.
THING = re.compile(rf"(?i)\b(?:{_THINGS})s?\b")
#: Things that mean nothing without a number or condition.
BOUNDED = re.compile(
    r"(?i)\b(?:alert(?:s|ing)?|alarms?|thresholds?|limits?|rate.?limit(?:s|ing)?|timeouts?|quotas?|retries|retry"
    r"|backoff|autoscaling)\b"
)
CONDITION = re.compile(
    r"(?i)\b(?:when|whenever|if|unless|until|before|after|above|below|over|under|exceed\w*|at least|at most"
    r"|less than|more than|every|per|within|on each|for each|as soon as)\b\s+\S+"
)
#: What a thing is for, and what says nothing in that place.
QUALIFIED = re.compile(
    r"(?i)\b(?:for|to|on|in|of|that|which|where|with|from|against|between|into|by|so|behind|through|via|at"
    r"|without|as|during|across)\b\s+(?P<rest>.+)$"
)
NOTHING = re.compile(
    "(?i)^(?:(?:the|our|all|any|every|each|this|that|these|those|it|them|us|some|future|similar|such|other|whole"
    r"|entire)\s*)*(?:things?|stuff|systems?|issues?|problems?|everything|everyone|everybody|services?"
    "|process(?:es)?|it|them|future|incidents?|team|code|place|need(?:ed)?|possible|cases?|way|work|us|general"
    r"|production)?\W*$"
)
#: Numbers, with what they count.
NUMBER = re.compile(
    r"(?<![\w.])(?:[<>≤≥=]\s*)?(?<!T)(?:\d[\d,.]*\s?(?:%|percent|ms|s\b|sec\w*|min\w*|h\b|hours?|days?|weeks?|x\b"
    r"|×|[KMGT]i?B\b|connections?|requests?|users?|replicas?|retries|attempts?|nodes?|hosts?|instances?|regions?"
    "|zones?|engineers?|people|services?|alerts?|tests?|times?|copies|rows?|errors?|events?|pods?|qps|rps|lines?"
    r"|steps?|months?|questions|threads?|workers?|shards?|\w+)?|v\d[\w.]*)"
)
WRITTEN = re.compile(r"(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|zero|half|double|twice|third)\b")
#: Names of files, keys, versions, tickets and services, and words with a hyphen that are none.
NAMED = re.compile(
    r"`[^`]+`|\b[a-z]+(?:[-_][a-z0-9]+)*_[a-z0-9_]+\b|\b[A-Z]?[a-z]+(?:[A-Z][a-z0-9]+)+\b"
    r"|\b[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)+\b|(?<!\w)/\w[\w/.-]+|\b[A-Z]{2,}-\d+\b|\b\w+\(\)|\b[a-z]+\d+\b"
    r"|\b[a-z]{3,}-[a-z0-9]{2,}(?:-[a-z0-9]+)*\b"
)
COMMON_HYPHENS = re.compile(
    r"(?i)^(?:on-call|post-?mortem|rate-limit\w*|roll-?back|fail-?over|real-time|end-to-end|health-check\w*"
    r"|follow-up|long-term|short-term|read-only|cross-team|auto-\w+|re-\w+|pre-\w+|non-\w+|well-\w+|high-\w+"
    r"|low-\w+|self-\w+|co-\w+|multi-\w+|per-\w+|day-to-day|up-to-date|best-effort|sign-off|set-up|warm-up"
    "|clean-up)$"
)
#: Deadlines, which are no outcome.
TIMEBOX = re.compile(
    r"(?i)[,;(]?\s*\b(?:by|before|until|due|no later than|within|in"
    r"|at)\b\s+(?:the\s+)?(?:end of\s+)?(?:the\s+)?(?:next|this|current|following|coming|last|first|\d+|two|three"
    "|four|six|a|one|sprint|q[1-4]|month|week|quarter|year|eo[wmqy]|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|\d{4}-\d\d-\d\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)(?:\s*(?:sprint|weeks?|months?"
    r"|quarter|year|days?|release|iteration|\d{1,2}(?:st|nd|rd|th)?|\d{4}|of|,|/|(?:jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec)\w*|(?:mon|tues|wednes|thurs|fri|satur|sun)day))*\)?\.?\s*$"
)
#: What may stand ahead of the verb: a bullet, “TODO:”, who, “should”.
LEAD = re.compile(
    r"(?i)^(?:[-*•\d.)\s\[\]x]+)?(?:(?:action|todo|task|ai)\s*(?:\d+)?\s*[:–-]\s*)?(?:(?:we|i|they|the team"
    r"|teams?|\w+ team|please|let'?s|someone|engineers?)\s+)?(?:(?:should|must|need(?:s)? to|have to|has to|will"
    r"|to|shall|ought to|could|can|want to|going to|are going to)\s+)*(?:please\s+|also\s+|then\s+)?"
)
