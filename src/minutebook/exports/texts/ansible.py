"""the log that Ansible keeps (``log_path``) → an entry per line, of which two tell a run: its first play and its recap."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from minutebook.exports.wording import is_deploy_word

_STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
_LINE = re.compile(rf"(?P<time>{_STAMP}) p=(?P<process>\d+) u=(?P<user>\S+) (?:n=\S+ )?(?:[A-Z]+ ?)?\| *(?P<text>.*)")
_STAMPED = re.compile(_STAMP)
_MOST_BEFORE = 20  # lines ahead of the first entry: what a cut log has left of the one before
#: From a run's last line to its next play. A process in a container has the number of one that was killed.
_LONGEST_S = 3600
_PLAY = re.compile(r"PLAY (?:\[(?P<name>(?!CHECK MODE\]).*?)\] )?(?P<check>\[CHECK MODE\] )?\*+")
_RECAP = re.compile(r"PLAY RECAP \*+")
_HOST = re.compile(
    r"\S+ *: ok=\d+ +changed=(?P<changed>\d+) +unreachable=(?P<unreachable>\d+) +failed=(?P<failed>\d+)\b.*"
)


@dataclass
class _Run:
    """A run of one process: the entries of its first play and its recap, its last stamp, plays' names, hosts by result."""

    first: dict[str, object]
    last_time: str
    recap: dict[str, object] | None = None
    plays: dict[str, None] = field(default_factory=dict)
    hosts: Counter[str] = field(default_factory=Counter)


def read_ansible(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """The runs of playbooks: their plays, who ran them, and how many hosts were changed, failed or weren't reached."""
    found: list[tuple[int, int, object]] = []
    runs: list[_Run] = []
    by_process: dict[str, _Run] = {}
    for number, line in enumerate(lines, 1):
        if match := _LINE.fullmatch(line.rstrip()):
            entry: dict[str, object] = {"ansible_entry": "step", "time": match["time"], "user": match["user"]}
            found.append((number, number, entry))
            process, text, run = match["process"], match["text"], by_process.get(match["process"])
            if play := _PLAY.fullmatch(text):
                if run is None or run.recap is not None or _find_gap_s(run.last_time, match["time"]) > _LONGEST_S:
                    run = by_process[process] = _Run(entry, match["time"])
                    runs.append(run)
                    entry |= {
                        "ansible_entry": "check" if play["check"] else "play", "run": f"{process} of {match['time']}"
                    }  # fmt: skip
                run.plays[play["name"] or "unnamed"] = None
            elif run is not None:
                _read_end(entry, text, run)
            if run is not None:
                run.last_time = match["time"]
        elif _STAMPED.match(line):
            if number < len(lines):  # the last one may be cut
                return []
        elif line.strip() and not found and number > _MOST_BEFORE:
            return []  # no text that goes on from a line before the cut
    for run in runs:
        _tell(run)
    return found if runs else []


def _find_gap_s(first: str, last: str) -> float:
    """Seconds between two stamps; 0 where one of them is no time."""
    try:
        return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    except ValueError:
        return 0.0


def _read_end(entry: dict[str, object], text: str, run: _Run) -> None:
    """Note in a run what its recap says, whose entry may be this one."""
    if run.recap is None:
        run.recap = entry if _RECAP.fullmatch(text) else None
    elif host := _HOST.fullmatch(text):
        run.hosts["all"] += 1
        run.hosts.update(result for result, count in host.groupdict().items() if count.strip("0"))


def _tell(run: _Run) -> None:
    """Put into a run's entries what is known of all of it: its plays, how it ended, and how many hosts came to what."""
    run.first |= {"plays": ", ".join(run.plays), "deploys": any(map(is_deploy_word, run.plays))}
    if run.recap is None:
        return
    run.recap |= {**run.first, "time": run.recap["time"]}
    if run.first["ansible_entry"] == "play":
        run.recap["ansible_entry"] = "recap"
    hosts = run.hosts["all"]
    if hosts:
        results = [f"{run.hosts[name]} {name}" for name in ("changed", "failed", "unreachable") if run.hosts[name]]
        has_failed = run.hosts["failed"] or run.hosts["unreachable"]
        run.recap["state"] = "failed" if has_failed else "succeeded"
        run.recap["told"] = ", ".join([f"{hosts} host{'s' * (hosts != 1)}", *results])
