"""a sample of a source's lines → the plans to read it by: its formats, keys and layouts.

Every format is scored over the sample by the share of lines that it fits; the best one wins, the
runner-up is named, and below a half the format counts as unknown. Lines that the best one leaves over are tried
again, so that a file that mixes formats, or changes to another one, is read whole.

`recognition` checks a known format against further files; `ownformats` loads the caller's formats and the built-in ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import plain_texts
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.plans.drafts import Sample, draft_plan, finish_plan, make_plan
from minutebook.plans.matched import Matched, find_timeless
from minutebook.plans.matching import match_lines_of
from minutebook.records.beginnings import FEW_LINES, can_fit, can_fit_any
from minutebook.records.folding import Folded, fold_lines, looks_stamped
from minutebook.records.headers import is_directive, update_w3c
from minutebook.records.text import match_lines
from minutebook.sources.lines import strip_escapes

#: Below this share of fitting lines a format isn't taken for the source's.
KNOWN = 0.5
#: The same for lines that another format leaves over, of which a few suffice for a second one.
_KNOWN_BESIDE = 0.2
#: A format of this weight or less fits whatever begins with a stamp.
_GENERAL = 0.5
_MOST_PLANS = 6
_PROBES = 24  # of a sample's lines
_CLEAR = 0.85  # a format that fits so many lines (general ones count less) leaves nothing for others
_INNER_LINES = 400
_KNOWN_INSIDE = 0.1
_LEVEL_WORD = r"^(?i:trace|debug|info|notice|warn|warning|err|error|crit|critical|alert|emerg|fatal|severe)$"


@dataclass(frozen=True)
class Detection:
    """Which formats a source has, how well the best one fits, and what came next."""

    plans: tuple[Plan, ...]  #: empty: unknown
    score: float
    nearest: str  #: the best format's name, known or not
    runner_up: str
    misfit: str = ""  #: the first line of the sample that no plan fits


@dataclass(frozen=True)
class Scored:
    """A format that fits some lines, and how well."""

    plan: Plan  #: as it was drafted; of a wrapper finished, with what is inside
    score: float
    rank: tuple[float, int]
    left: np.ndarray  #: rows of the lines that it doesn't read

    @property
    def share(self) -> float:
        """The share of the lines, times the format's weight."""
        return -self.rank[0]

    def finish(self, text: pa.StringArray) -> Plan:
        """The plan in full, by the lines that it was drafted for."""
        return self.plan if self.plan.log_format.wraps else finish_plan(self.plan, text)


def detect_format(lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection:
    """The formats that fit the most of the sample's lines, best first."""
    text = strip_escapes(pa.array(lines, pa.string()))
    plans: list[Plan] = []
    best = second = None
    rest = text
    left = np.empty(0, np.int64)
    while len(plans) < _MOST_PLANS and len(rest):
        tried = [f for f in formats if f.shape in ("json", "pairs") or f.name not in {p.log_format.name for p in plans}]
        scored = score_formats(rest, tried, formats)
        if best is None:
            best, second = (scored[0] if scored else None), (scored[1] if len(scored) > 1 else None)
        good = _choose(scored, is_first=not plans)
        if good is None:
            break
        finer = _refine(good.plan, text, tried)
        is_alone = not plans and not finer and not good.plan.inner
        plans += [*finer, good.finish(rest)]
        left = good.left if is_alone else _find_rejects(text, plans)
        if not len(left) or len(left) == len(rest):
            break
        rest = text.take(pa.array(left))
    if best is None:
        return Detection((), 0.0, "", "", next((line for line in lines if line.strip()), ""))
    share = 1 - len(left) / max(pc.sum(pc.not_equal(pc.utf8_trim_whitespace(text), "")).as_py() or 1, 1)
    is_known = best.score >= KNOWN or share >= KNOWN
    return Detection(
        tuple(plans) if is_known else (),
        best.score if not is_known else max(best.score, share if len(plans) > 1 else 0.0),
        best.plan.log_format.name,
        second.plan.log_format.name if second and second.score > 0 else "",
        text[int(left[0])].as_py() if len(left) else "",
    )


def _choose(scored: Sequence[Scored], *, is_first: bool) -> Scored | None:
    """The plans to use, out of those that fit; the first one is always used.

    A general format leaves no lines over, so a closer one that fits some of them goes before it.
    """
    enough = KNOWN if is_first else _KNOWN_BESIDE
    good = next((s for s in scored if s.score >= enough), scored[0] if scored and is_first else None)
    if good is None or good.plan.log_format.weight > _GENERAL:
        return good
    closer = (s for s in scored if s.plan.log_format.weight > _GENERAL and s.score >= _KNOWN_BESIDE)
    return next(closer, good)


def score_formats(
    text: pa.StringArray, formats: Sequence[LogFormat], inside: Sequence[LogFormat], *, needs_time: bool = True
) -> list[Scored]:
    """Formats that fit at least one line, best first; messages of wrappers may be in a format of ``inside``.

    Where there are many lines, a few are looked at first. If one of the formats that can fit those fits nearly all lines,
    no others are tried, and the runner-up is one of those tried.
    """
    if len(text) <= FEW_LINES:
        lines = text.to_pylist()
        may_fit = [each.shape != "text" or can_fit(each, text, lines) for each in formats]
    else:
        probes = text[:: len(text) // _PROBES]
        may_fit = [each.shape != "text" or _fits_any(each, probes) for each in formats]
    scored = _score_some(text, formats, may_fit, inside, needs_time=needs_time)
    if len(text) <= FEW_LINES or (scored and scored[0].share >= _CLEAR):
        return scored
    others = _score_some(text, formats, [not each for each in may_fit], inside, needs_time=needs_time)
    return sorted([*scored, *others], key=lambda s: s.rank)


def _fits_any(log_format: LogFormat, text: pa.StringArray) -> bool:
    """Whether any of the lines is a record of the text format; how they begin tells it of most formats."""
    return can_fit_any(log_format, text) and len(match_lines(text, log_format).rows) > 0


def _score_some(
    text: pa.StringArray, formats: Sequence[LogFormat], tried: Sequence[bool], inside: Sequence[LogFormat], *,
    needs_time: bool,
) -> list[Scored]:  # fmt: skip
    scored = []
    sample = Sample(text)
    for order, log_format in enumerate(formats):
        plan = draft_plan(log_format, sample, needs_time=needs_time) if tried[order] else None
        if plan is None:
            continue
        score, left, matched = fit_plan(plan, text)
        if score > 0:
            if log_format.wraps and log_format.shape == "text":  # the pairs behind a message aren't inside it
                plan = finish_plan(plan, text)
                matched, _ = match_lines_of(text, [plan])
            if log_format.wraps:
                plan = look_inside(plan, matched, inside)
            scored.append(Scored(plan, score, (-score * log_format.weight, order), left))
    return sorted(scored, key=lambda s: s.rank)


def _refine(plan: Plan, text: pa.StringArray, formats: Sequence[LogFormat]) -> list[Plan]:
    """Plans that read some of the lines of ``plan`` too, but get more out of them."""
    finer = [each for each in formats if each.refines == plan.log_format.name]
    found = [make_plan(each, text) for each in finer]
    return [each for each in found if each is not None and len(match_lines(text, each.log_format).rows)]


def _find_rejects(text: pa.StringArray, plans: Sequence[Plan]) -> np.ndarray:
    """Indices of the lines that the plans together don't read."""
    matched, folded = match_and_fold(text, plans)
    return find_unread(matched, folded)


def find_unread(matched: Sequence[Matched], folded: Folded) -> np.ndarray:
    """Rows of the lines that are no records, and of JSON records of another dialect, without the key of the time."""
    timeless = [each.rows[find_timeless(each)] for each in matched]
    return np.sort(np.concatenate([np.array([row for row, _ in folded.rejected], np.int64), *timeless]))


def match_and_fold(text: pa.StringArray, plans: Sequence[Plan]) -> tuple[list[Matched], Folded]:
    """The records of the lines, and which lines belong to each; `Folded` has those of all ``matched``, sorted by line."""
    matched, is_continued = match_lines_of(text, plans)
    if len(matched) == 1 and np.array_equal(matched[0].rows, np.arange(len(text))):
        # Each line is a record, as in most logs: nothing to fold.
        rows = matched[0].rows
        return matched, Folded(rows, rows + 1, np.ones(len(rows), np.int64), {}, [])
    start = np.concatenate([np.empty(0, np.int64), *(m.rows for m in matched)])
    stop = np.concatenate([np.empty(0, np.int64), *(m.stop for m in matched)])
    is_multiline = np.concatenate([np.empty(0, bool), *(np.full(len(m.rows), m.log_format.multiline) for m in matched)])
    order = np.argsort(start, kind="stable")
    skip = "|".join(f"(?:{p.skip})" for p in plans if p.skip)
    return matched, fold_lines(text, start[order], stop[order], is_multiline[order], is_continued, skip)


def look_inside(plan: Plan, matched: Sequence[Matched], formats: Sequence[LogFormat]) -> Plan:
    """The wrapper's plan with the formats that the messages of its records are in, if most of them are in one."""
    formats = [each for each in formats if each.wraps != "lines"]
    message = next((each.parts["message"] for each in matched if "message" in each.parts), None)
    if message is None:
        return plan
    sample = pc.fill_null(plain_texts(message[:_INNER_LINES]), "")
    distinct = sample.unique()
    if len(distinct) <= FEW_LINES:
        lines = distinct.to_pylist()
        formats = [each for each in formats if each.shape != "text" or can_fit(each, distinct, lines)]
    inner: list[Plan] = []
    rest = sample
    # The lines of several services run through one another: a format needs no majority.
    for _ in range(_MOST_PLANS):
        tried = [f for f in formats if f.shape in ("json", "pairs") or f.name not in {p.log_format.name for p in inner}]
        good = next((s for s in score_formats(rest, tried, (), needs_time=False) if s.score >= _KNOWN_INSIDE), None)
        if good is None:
            break
        inner += [*_refine(good.plan, rest, tried), good.finish(rest)]
        if plan.log_format.wraps == "records":  # none of them goes on from another
            read = [each.rows for each in match_lines_of(sample, inner)[0]]
            left = np.setdiff1d(np.arange(len(sample)), np.concatenate(read) if read else [])
        else:
            left = _find_rejects(sample, inner)
        if not len(left):
            break
        rest = sample.take(pa.array(left))
    return replace(plan, inner=tuple(inner))


class Fit(NamedTuple):
    """How a plan fits some lines: its score, the rows of the lines that it doesn't read, and its records."""

    score: float
    left: np.ndarray
    matched: Sequence[Matched]


def fit_plan(plan: Plan, text: pa.StringArray) -> Fit:
    """How the plan fits the lines."""
    matched, folded = match_and_fold(text, [plan])
    is_table = plan.log_format.shape == "w3c"
    score = _score_sections(plan, text) if is_table else _score_records(plan, text, matched, folded)
    return Fit(score, find_unread(matched, folded), matched)


def _score_records(plan: Plan, text: pa.StringArray, matched: Sequence[Matched], folded: Folded) -> float:
    count = sum(len(m.rows) for m in matched)
    if not count:
        return 0.0
    own = sum(int((m.stop - m.rows).sum()) for m in matched) + folded.known
    is_indented = int(pc.sum(pc.match_substring_regex(text, r"^\s+\S")).as_py() or 0)
    loose = max(int(folded.lines.sum()) - own - is_indented, 0)
    leading = _count_leading(text, matched, folded) if plan.log_format.multiline else 0
    misread = sum(_count_misread(m) for m in matched)
    return max(own - misread, 0) / (own + len(folded.rejected) - leading + 0.25 * (loose + leading))


def _score_sections(plan: Plan, text: pa.StringArray) -> float:
    """Share of the rows with as many cells as the header above them, which may change from section to section."""
    header, fitting, count = plan.header, 0, 0
    lines = text.to_pylist()
    cuts = [at for at, line in enumerate(lines) if is_directive(line)]
    for begin, end in zip([0, *cuts], [*cuts, len(lines)], strict=True):
        if begin in cuts:
            header = update_w3c(header, lines[begin])
        rows = [line for line in lines[begin:end] if line.strip() and not line.startswith("#")]
        count += len(rows)
        fitting += len(plan.with_header(header).read(pa.array(rows, pa.string())).rows) if rows else 0
    return fitting / count if count else 0.0


def _count_leading(text: pa.StringArray, matched: Sequence[Matched], folded: Folded) -> int:
    """Lines before the first record that may continue one which the file no longer has, or are a banner."""
    first = min(int(m.rows[0]) for m in matched if len(m.rows))
    before = pa.array([row for row, _ in folded.rejected if row < first], pa.int64())
    return int(np.count_nonzero(~looks_stamped(text.take(before))))


def _count_misread(matched: Matched) -> int:
    """Records whose host is a word for a level: they are of another format, which has the level there."""
    host = matched.parts.get("host")
    return 0 if host is None else int(pc.sum(pc.match_substring_regex(plain_texts(host), _LEVEL_WORD)).as_py() or 0)
