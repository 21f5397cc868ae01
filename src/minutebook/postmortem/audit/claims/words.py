"""Words that decide how strictly a sentence's numbers are compared: what is an aside, and what else a name may mean."""

from __future__ import annotations

import re

#: What people do about an event isn't the event, so its time contradicts no row.
ASIDE = re.compile(
    r"(?i)\b(?:decid\w*|decision|discuss\w*|suspect\w*|consider\w*|investigat\w*|propos\w*|plan(?:s|ned|ning)?\b"
    r"|think\w*|thought|look\w*|saw|sees?\b|check\w*|ask\w*|prepar\w*|agree\w*|approv\w*|notic\w*"
    r"|identif\w*|correlat\w*|review\w*|join\w*|announc\w*|post(?:s|ed)\b|communicat\w*|debug\w*|meeting|call\b"
    r"|bridge|war room|worked|suggest\w*|escalat\w*|silenc\w*|typical\w*|expected|target\w*|threshold|should|would"
    r"|postmortem|retention|(?:a|per|each) (?:day|week|month|hour|year)|same (?:day|week|month)|timeout|interval"
    r"|scheduled|every|previous\w*|last (?:week|month|year)|yesterday|next)\b"
)
OF_THE_INCIDENT = re.compile(
    r"(?i)impact|outage|incident|postmortem|timeline|times are|users|customers|errors?\b|fail\w*"
)
#: What else may be meant by a name.
ALSO = {
    "alert": ("alert", "detected"), "mitigated": ("mitigated", "rollback"), "impact_end": ("impact_end", "mitigated"), "rollback": ("deploy", "change"), "change": ("change", "deploy", "rollback"),
    "resolve": ("resolve", "mitigate", "impact"), "mitigate": ("mitigate", "resolve"), "requests_whole": ("requests_all", "requests_bad"),
    "requests_bad": ("requests_bad", "requests_part"), "requests_all": ("requests_all", "requests_bad", "requests_part"),
    "users_affected": ("users_affected", "users_exposed", "users_failed", "users_degraded"),
    "users_whole": ("users_exposed", "users_affected"),
}  # fmt: skip
#: Words without which a count or share can't be wrong: 12,000 users may be registered, 475 were hit.
HIT = r"(?i)affect|\bhit\b|impact|experienc|\bsaw\b|suffer|\blost\b|unable|fail|error|could ?n[o']t"
SAID = {
    "users_affected": HIT, "users_ratio": HIT, "users_exposed": r"(?i)who came|\bcame\b|active|exposed|in total", "users_whole": r"(?i)came|active|exposed|\bof\b",
    "requests_bad": r"(?i)fail|error|\bbad\b|\blost\b|5xx|5\d\ds?\b|reject", "requests_all": r"(?i)requests? in total|total of|altogether|served in all", "bad_ratio": r"(?i)fail|error|5xx",
    "alerts": r"(?i)fired|triggered", "deploys": r"(?i)there w|during|in total", "rollbacks": r"(?i)there w|during|in total", "clients_affected": HIT,
    "lines": r"(?i)evidence|accounted", "sources": r"(?i)evidence|rest", "windows": r"(?i)impact",
}  # fmt: skip
#: How far (in characters, as `subjects` counts them) from a quantity the words may be that say what it's about.
NEAR = 48
