"""what quantities in a postmortem are about → the phrases that say so, for each kind of quantity.

Words in capitals stand for those below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORDS = {
    "FAULT": (
        "(impact|outage|incident|errors?|failures?|failing|problems?|issues?|degradation|disruption|downtime"
        r"|5\d\ds?|5xx|users? (were|was|are) (hit|affected))"
    ),
    "ROLLBACK": r"(roll(ed|ing)?[- ]?back|revert\w*)",
    "PEOPLE": "(users?|customers?|accounts?|people)",
    "REQUESTS": "(requests?|calls?|transactions?|checkouts?|orders?)",
    "SETTING": "(config(uration)?|settings?|feature flag|flag|pool size|maintenance)",
    "CHANGED": (
        r"(chang\w*|set\b|reduc\w*|rais\w*|rolled|appl\w*|flipped|switched|started|finished|reverted|restored)"
    ),
}
#: kind → what it is about → phrases; where several match at one place, the first counts.
_PHRASES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "time": {
        "rollback_end": [
            r"ROLLBACK[^.;|]{0,60}?(finish\w*|complet\w*|done|succeed\w*)",
            r"(finish\w*|complet\w*) (the )?(roll(ing)?[- ]?back|revert\w*)",
        ],
        "rollback_start": [
            r"ROLLBACK[^.;|]{0,60}?(start\w*|beg[au]n|initiated|kicked off|triggered)",
            r"(start\w*|beg[au]n|initiated|triggered) (the |a )?(roll(ing)?[- ]?back|revert\w*)",
        ],
        "rollback": ["roll(ed|ing)?[- ]?back", r"revert\w*"],
        "alert_resolved": [
            r"alerts?[^.;|,]{0,50}?(resolv\w*|clear\w*|stopped firing)",
            "all[- ]clear",
            "resolution of the (last )?alert",
        ],
        "acknowledged": [r"acknowledg\w*", r"\backed\b"],
        "alert_pending": [r"\bpending\b"],
        "alert": [
            r"(first )?alerts?\b[^.;|,]{0,50}?(fire[sd]?\b|firing|trigger\w*|went off|came in|raised|sent|rang)",
            r"(fired|triggered|raised|sent) (an? |the )?(\w+ )?alert",
            "alerted",
            r"paged\b",
            r"first (alert|page)\b",
            r"alarms?\b",
            "detected",
            "detection",
            r"\bttd\b",
        ],
        "mitigated": [r"mitigat\w*"],
        "peak": [r"peak\w*", "worst minute", "worst"],
        "deploy_end": [
            r"(deploy\w*|releas\w*|roll(ed)?[- ]?out)[^.;|]{0,60}?(finish\w*|complet\w*|done|succeed\w*)",
            r"finish\w* deploy\w*",
        ],
        "deploy_start": [
            r"(deploy(ment|s)?|releas\w*|roll(ed)?[- ]?out)[^.;|]{0,60}?(start\w*|beg[au]n|initiated|kicked off)",
            r"(start\w*|beg[au]n) (to )?deploy\w*",
        ],
        "change": [
            r"SETTING\b[^.;|,]{0,40}?CHANGED",
            "(config(uration)?|settings?) change",
            "change (was|of|to|went)",
        ],
        "deploy": [r"deploy\w*", r"releas(e|ed|ing)\b", "roll(ed|ing)?[- ]?out", "shipped", "went live"],
        "impact_end": [
            r"FAULT[^.;|,]{0,30}?(end(ed|s)?\b|stop\w*|ceas\w*|over\b|resolv\w*|clear\w*|recover\w*)",
            r"recover\w*",
            r"restor\w*",
            "back to normal",
            "last (bad|failed|failing|failure|error)",
            "end of (the )?(FAULT)",
            r"\bend(ed|s)?\b",
            r"\buntil\b",
            r"\bresolved\b",
        ],
        "impact_start": [
            r"FAULT[^.;|,]{0,30}?(start\w*|beg[aiu]n\w*|first|set in)",
            r"first (bad|failed|failing|failure|error|5\d\d)",
            "onset",
            "beginning (at|around)",
            "(users?|customers?|shoppers?|clients?) (were|was|are|being) (first )?(affected|hit|impacted)",
            "first affected",
            "(start|beginning) of (the )?FAULT",
            r"\bbeg[au]n\b",
            r"\bstart(ed|s)?\b",
            r"\bfrom\b",
            r"\bsince\b",
        ],
        "restart": [r"restart\w*"],
    },
    "duration": {
        "detect": [
            r"detect\w*",
            r"ttd\b",
            r"mttd\b",
            r"(first|any|an|the first) (alert|page)(\s|$|[^\w])",
            r"(to|before|until) (the )?(first )?(alert|page|notice)\w*",
            "noticed",
            "alerted",
            "paged",
        ],
        "acknowledge": [r"acknowledg\w*", r"\btta\b", r"mtta\b"],
        "mitigate": [r"mitigat\w*", r"\bttm\b"],
        "resolve": [r"\b(mttr|ttr)\b", r"(time )?to (resolve|recover|restore|repair|fix)\w*", "resolution", "recovery"],
        "impact": ["lasted", "duration", "FAULT", r"unavailab\w*", r"\bdown\b", "degraded", "affected", "hit for"],
    },
    "count": {
        "user_minutes": ["user[- ]?minutes"],
        "users_degraded": [
            r"PEOPLE[^.;|,]{0,40}?(degraded|slowed|slow\b|retried|succeeded)",
            "degraded( (users?|customers?))?",
        ],
        "users_failed": [
            "(of )?whom? [^.;|]{0,24}?(could ?n[o']t|were unable|failed)",
            "PEOPLE[^.;|,]{0,30}?(failed|unable|could ?n[o']t|without (a )?success)",
            "failed (users?|customers?)",
            "without a success",
        ],
        "users_exposed": [
            "PEOPLE[^.;|,]{0,20}?(who came|came|in total|active|online|exposed|were using)",
            "active (users?|customers?)",
            "exposed( users?)?",
        ],
        "clients_affected": [r"(anonymous )?clients?\b"],
        "users_affected": [r"users?\b", r"customers?\b", r"accounts?\b", r"people\b", r"visitors?\b", r"shoppers?\b"],
        "requests_bad": [
            r"(failed|failing|lost|rejected|slow) (?!users?\b|customers?\b|accounts?\b|people\b|ones\b)[a-z]+s\b",
            r"(failed|failing|bad|broken|erroneous|lost|rejected) (\w+ )?REQUESTS",
            "REQUESTS[^.;|,]{0,40}?(failed|failing|were lost|errored|returned (an )?errors?)",
            r"errors?\b",
            r"failures?\b",
            "5xx",
            r"exceptions?\b",
            r"time-?outs?\b",
        ],
        "requests_all": [r"requests?\b", r"calls?\b", r"transactions?\b"],
        "alerts": [r"alerts?\b", r"pages\b", r"alarms?\b"],
        "rollbacks": [r"roll-?backs?\b"],
        "deploys": [r"deploy(s|ments?)?\b", r"releases?\b"],
        "windows": [r"(impact )?windows?\b"],
        "sources": [r"sources?\b"],
        "lines": [r"(log )?lines?\b"],
    },
    "ratio": {
        "peak_ratio": [r"(at (the|its) )?peak\w*", "worst minute", "worst"],
        "usual_ratio": [r"usual(ly)?\b", r"normal(ly)?\b", "baseline"],
        "good_ratio": [r"availab\w*", r"success\w*", "succeeded"],
        "users_ratio": [r"(of )?(all |the |our )?(active )?(users?|customers?|accounts?)\b"],
        "bad_ratio": [
            "error (rate|ratio)s?",
            "failure (rate|ratio)s?",
            r"(of )?(all |the )?(\w+ )?(requests?|calls?|transactions?|traffic|checkouts?)\b",
            r"errors?\b",
            r"fail\w*",
        ],
    },
}


def _compile(phrases: Sequence[str]) -> re.Pattern[str]:
    pattern = "|".join(phrases)
    for name, words in _WORDS.items():
        pattern = pattern.replace(name, words)
    return re.compile(rf"(?<![\w-])(?:{pattern})", re.IGNORECASE)


#: kind → (what it is about, pattern), in the order of the phrases.
TOPICS = {kind: [(about, _compile(phrases)) for about, phrases in table.items()] for kind, table in _PHRASES.items()}
