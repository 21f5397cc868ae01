"""a sample of a source's lines → the plan by which it's read: its format, keys and layouts.

Every format is scored over the sample by the share of lines that it fits; the best one wins, the
runner-up is named, and below a half nothing is taken for known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.logformats import LogFormat
from minutebook.names import choose_keys
from minutebook.records import Records
from minutebook.records.folding import fold_lines
from minutebook.records.jsonlines import add_rare_keys, extract_keys, list_keys
from minutebook.records.pairs import cut_message, extract_pairs, list_pair_keys, match_logfmt
from minutebook.records.text import match_lines
from minutebook.times import find_layout

#: Below this share of fitting lines a format isn't taken for the source's.
KNOWN = 0.5


@dataclass(frozen=True)
class Plan:
    """How a source is read."""

    log_format: LogFormat
    keys: Mapping[str, str] = field(default_factory=dict)  #: part → key, of JSON or pairs
    layout: str = ""  #: layout of ``time`` where the format's patterns don't say it
    zone: str | None = None
    year: int | None = None

    def match(self, text: pa.StringArray) -> Records:
        """Records of the lines, all parts read."""
        shape = self.log_format.shape
        if shape == "json":
            return extract_keys(text, self.keys)
        if shape == "pairs":
            return match_logfmt(text, self.keys)
        return self._read_tails(match_lines(text, self.log_format))

    def _read_tails(self, records: Records) -> Records:
        """Pairs in the group ``pairs``, or at the end of the message, become parts of their own."""
        parts = dict(records.parts)
        tail = parts.pop("pairs", None)
        if tail is None:
            tail = parts.get("message")
        if tail is None or not self.keys:
            return Records(parts, records.rows, records.pattern)
        found = extract_pairs(tail, self.keys)
        if "message" in parts:
            marks = [found[p].is_valid() for p in found if p in ("status", "trace", "user", "path")]
            if marks:
                # A message that carries a request's fields is told without them.
                is_request = marks[0]
                for mark in marks[1:]:
                    is_request = pc.or_(is_request, mark)
                parts["message"] = pc.if_else(is_request, cut_message(parts["message"]), parts["message"])
        return Records(found | parts, records.rows, records.pattern)


@dataclass(frozen=True)
class Detection:
    """Which format a source has, how well it fits, and what came next."""

    plan: Plan | None  #: None: unknown
    score: float
    nearest: str  #: the best format's name, known or not
    runner_up: str
    runner_up_score: float
    misfit: str = ""  #: the first line of the sample that the nearest format doesn't fit


def detect_format(lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection:
    """The format that fits the most of the sample's lines."""
    text = pa.array([line for line in lines if line.strip()], pa.string())
    if not len(text):
        return Detection(None, 0.0, "", "", 0.0)
    scored = []
    for rank, log_format in enumerate(formats):
        plan = make_plan(log_format, text)
        if plan is not None:
            score = score_plan(plan, text)
            scored.append((-score * log_format.weight, rank, score, plan))
    scored.sort(key=lambda entry: entry[:2])
    if not scored or scored[0][2] == 0:
        return Detection(None, 0.0, "", "", 0.0, misfit=text[0].as_py())
    _, _, score, plan = scored[0]
    second = scored[1] if len(scored) > 1 and scored[1][2] > 0 else None
    name = plan.log_format.name
    return Detection(
        plan if score >= KNOWN else None,
        score,
        name,
        second[3].log_format.name if second else "",
        second[2] if second else 0.0,
        "" if score >= 1 else _first_misfit(plan, text),
    )


def make_plan(log_format: LogFormat, text: pa.StringArray) -> Plan | None:
    """How lines like ``text`` would be read by the format; None where it can't be its own."""
    if log_format.shape == "text":
        return Plan(log_format, _tail_keys(log_format, text))
    lines = text.to_pylist()
    if log_format.shape == "json":
        paths = list_keys(lines)
        if not paths:
            return None
        paths = add_rare_keys(paths)
    else:
        paths = list_pair_keys(line for line in lines if line.count("=") >= 2)
    by_name = {path.replace("\x1f", "."): path for path in reversed(paths)}
    keys = {part: by_name[name] for part, name in choose_keys(by_name).items()}
    if "time" not in keys:
        return None
    stamps = Plan(log_format, {"time": keys["time"]}).match(text).parts.get("time")
    layout = find_layout([s for s in (stamps.to_pylist() if stamps is not None else []) if s][:200])
    return Plan(log_format, keys, layout) if layout else None


def _tail_keys(log_format: LogFormat, text: pa.StringArray) -> dict[str, str]:
    """Usual names among the pairs that stand behind the messages of a text format."""
    if not any({"pairs", "message"} & set(pattern.groups) for pattern in log_format.patterns):
        return {}
    parts = match_lines(text, log_format).parts
    tails = parts.get("pairs", parts.get("message"))
    if tails is None:
        return {}
    keys = choose_keys(list_pair_keys(tail for tail in tails.to_pylist() if tail and "=" in tail))
    stated = {group for pattern in log_format.patterns for group in pattern.groups}
    return {part: key for part, key in keys.items() if part not in stated | {"time", "level", "message", "request"}}


def score_plan(plan: Plan, text: pa.StringArray) -> float:
    """Share of the lines that the plan's format fits; lines that are folded count half against it."""
    records = plan.match(text)
    matched = len(records.rows)
    if not matched:
        return 0.0
    folded = fold_lines(text, records, plan.log_format)
    is_indented = pc.match_substring_regex(text, r"^\s").to_numpy(zero_copy_only=False)
    is_record = np.zeros(len(text), bool)
    is_record[records.rows] = True
    loose = len(text) - matched - len(folded.rejected) - sum(folded.skipped.values()) - int((is_indented & ~is_record).sum())
    return matched / (matched + len(folded.rejected) + 0.25 * max(loose, 0))


def _first_misfit(plan: Plan, text: pa.StringArray) -> str:
    rows = set(plan.match(text).rows.tolist())
    return next((text[i].as_py() for i in range(len(text)) if i not in rows), "")
