"""a sample of a source's lines → the plans by which it's read: its formats, keys and layouts.

Every format is scored over the sample by the share of lines that it fits; the best one wins, the
runner-up is named, and below a half nothing is taken for known. What the best one leaves over is tried
again, so that a file that mixes formats, or changes to another one, is read whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.lines import strip_escapes
from minutebook.logformats import LogFormat
from minutebook.names import add_rare_keys, choose_keys, drop_choice, name_choice, says_utc
from minutebook.plans import Matched, Plan, find_timeless, match_lines_of
from minutebook.records.arrays import is_array, strip_array
from minutebook.records.beginnings import FEW_LINES, can_fit
from minutebook.records.folding import Folded, fold_lines, looks_stamped
from minutebook.records.jsonlines import list_keys
from minutebook.records.objects import is_batch, join_objects, unfold
from minutebook.records.pairs import list_pair_keys
from minutebook.records.partials import join_partials
from minutebook.records.table import find_header, find_w3c_header, list_w3c_names
from minutebook.records.text import match_lines
from minutebook.texts import plain_texts
from minutebook.times import ENOUGH, TWINS, find_layout
from minutebook.units import find_unit, names_no_unit

#: Below this share of fitting lines a format isn't taken for the source's.
KNOWN = 0.5
#: The same for what another format leaves over: a few lines of a second one are lines of it all the same.
_KNOWN_BESIDE = 0.2
#: A format of this weight fits whatever begins with a stamp.
_GENERAL = 0.5
#: A key that so many of the stamps are under is the time's, whatever the others are: those are rejects.
_ENOUGH_TIMES = 0.2
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
class _Scored:
    plan: Plan
    score: float
    rank: tuple[float, int]


def detect_format(lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection:
    """The formats that fit the most of the sample's lines, best first."""
    text = strip_escapes(pa.array(lines, pa.string()))
    plans: list[Plan] = []
    best = second = None
    rest = text
    left = np.empty(0, np.int64)
    while len(plans) < _MOST_PLANS and len(rest):
        tried = [f for f in formats if f.shape == "json" or f.name not in {p.log_format.name for p in plans}]
        scored = _score_all(rest, tried, formats)
        if best is None:
            best, second = (scored[0] if scored else None), (scored[1] if len(scored) > 1 else None)
        good = _choose(scored, is_first=not plans)
        if good is None:
            break
        plans += [*_refine(good.plan, text, tried), good.plan]
        left = _rejects(text, plans)
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


def _choose(scored: Sequence[_Scored], *, is_first: bool) -> _Scored | None:
    """The plan that's taken of those that fit; the first one is taken in any case.

    Where a general format fits, a closer one that fits a part of the lines goes before it, since it leaves nothing over.
    """
    enough = KNOWN if is_first else _KNOWN_BESIDE
    good = next((s for s in scored if s.score >= enough), scored[0] if scored and is_first else None)
    if good is None or good.plan.log_format.weight > _GENERAL:
        return good
    closer = (s for s in scored if s.plan.log_format.weight > _GENERAL and s.score >= _KNOWN_BESIDE)
    return next(closer, good)


def _score_all(
    text: pa.StringArray, formats: Sequence[LogFormat], inside: Sequence[LogFormat], *, needs_time: bool = True
) -> list[_Scored]:
    """Formats that fit at least one line, best first; messages of wrappers may be in a format of ``inside``.

    Of many lines some are looked at first. Where a format that may fit those fits nearly all, the others, which
    can't, aren't tried; the runner-up is one that was.
    """
    lines = text.to_pylist() if len(text) <= FEW_LINES else text[:: len(text) // _PROBES].to_pylist()
    may_fit = [each.shape != "text" or can_fit(each, lines) for each in formats]
    scored = _score_some(text, formats, may_fit, inside, needs_time=needs_time)
    if len(text) <= FEW_LINES or (scored and -scored[0].rank[0] >= _CLEAR):
        return scored
    others = _score_some(text, formats, [not each for each in may_fit], inside, needs_time=needs_time)
    return sorted([*scored, *others], key=lambda s: s.rank)


def _score_some(
    text: pa.StringArray, formats: Sequence[LogFormat], tried: Sequence[bool], inside: Sequence[LogFormat], *,
    needs_time: bool,
) -> list[_Scored]:  # fmt: skip
    scored = []
    for order, log_format in enumerate(formats):
        if not tried[order]:
            continue
        plan = make_plan(log_format, text, needs_time=needs_time)
        score = score_plan(plan, text) if plan is not None else 0.0
        if plan is not None and score > 0:
            if log_format.wraps:
                plan = _look_inside(plan, text, [f for f in inside if f.wraps != "lines"])
            scored.append(_Scored(plan, score, (-score * log_format.weight, order)))
    return sorted(scored, key=lambda s: s.rank)


def _refine(plan: Plan, text: pa.StringArray, formats: Sequence[LogFormat]) -> list[Plan]:
    """Plans that read some of the lines that ``plan`` reads too, but more of them."""
    finer = [each for each in formats if each.refines == plan.log_format.name]
    found = [make_plan(each, text) for each in finer]
    return [each for each in found if each is not None and len(match_lines(text, each.log_format).rows)]


def _rejects(text: pa.StringArray, plans: Sequence[Plan]) -> np.ndarray:
    """Indices of the lines that the plans together don't read."""
    matched, folded = match_and_fold(text, plans)
    return find_unread(matched, folded)


def find_unread(matched: Sequence[Matched], folded: Folded) -> np.ndarray:
    """Rows of the lines that are no records, and of JSON records that lack the key of the time: another dialect's."""
    timeless = [each.rows[find_timeless(each)] for each in matched]
    return np.sort(np.concatenate([np.array([row for row, _ in folded.rejected], np.int64), *timeless]))


def match_and_fold(text: pa.StringArray, plans: Sequence[Plan]) -> tuple[list[Matched], Folded]:
    """Records of the lines, and which lines are whose; `Folded` is in the order of ``matched``, concatenated
    and sorted by line."""
    matched, is_continued = match_lines_of(text, plans)
    if len(matched) == 1 and np.array_equal(matched[0].rows, np.arange(len(text))):
        # Each line is a record, as in most logs: nothing is between them, and none takes up more.
        rows = matched[0].rows
        return matched, Folded(rows, rows + 1, np.ones(len(rows), np.int64), {}, [])
    start = np.concatenate([m.rows for m in matched]) if matched else np.empty(0, np.int64)
    stop = np.concatenate([m.stop for m in matched]) if matched else start
    is_multiline = (
        np.concatenate([np.full(len(m.rows), m.log_format.multiline) for m in matched])
        if matched
        else start.astype(bool)
    )
    order = np.argsort(start, kind="stable")
    skip = "|".join(f"(?:{p.skip})" for p in plans if p.skip)
    return matched, fold_lines(text, start[order], stop[order], is_multiline[order], is_continued, skip)


def make_plan(log_format: LogFormat, text: pa.StringArray, *, needs_time: bool = True) -> Plan | None:
    """How lines like ``text`` would be read by the format; None where it can't be their own.

    Inside of a wrapper, which has a clock, JSON and pairs needn't state a time.
    """
    shape = log_format.shape
    if shape == "text":
        return _settle_order(_settle_units(Plan(log_format, _tail_keys(log_format, text)), text), text)
    if shape == "json":
        return _plan_json(log_format, text, needs_time)
    lines = text.to_pylist()
    if shape in ("csv", "w3c"):
        header = find_header(lines) if shape == "csv" else find_w3c_header(lines)
        names = list_w3c_names(lines) if shape == "w3c" else header.names if header else ()
        made = _plan_keys(replace(Plan(log_format), header=header), list(names), text) if header else None
        # A web server's are UTC; a firewall's needn't be.
        is_web = any(name.startswith(("cs-", "sc-")) for name in names)
        is_local = made is not None and shape == "w3c" and (not is_web or made.keys["time"].endswith("-local"))
        return replace(made, log_format=replace(log_format, utc=False)) if made and is_local else made
    paths = list_pair_keys(line for line in lines if line.count("=") >= 2)
    return _plan_keys(Plan(log_format), add_rare_keys(paths), text, needs_time=needs_time)


def _plan_json(log_format: LogFormat, text: pa.StringArray, needs_time: bool) -> Plan | None:
    lines = text.to_pylist()
    in_array = is_array(lines[:50])
    lines = strip_array(text).to_pylist() if in_array else lines
    is_free = np.ones(len(text), bool)
    joined = join_objects(text, is_free, in_array=in_array)[2] if not list_keys(lines[:50]) else []
    is_folded = any(is_batch(line) for line in (*lines[:20], *joined[:5]))
    texts = unfold([*lines, *joined])[1] if is_folded else [*lines, *joined]
    paths = list_keys(texts)
    if not paths:
        return None
    plan = Plan(log_format, is_batch=is_folded, in_array=in_array)
    if log_format.requires:
        if not set(log_format.requires) <= set(paths) or len(paths) > len(log_format.requires) + 1:
            return None
        made = _plan_keys(plan, paths, text)
        return replace(made, keys={**made.keys, "stream": "stream"}) if made else None
    text = pa.array(joined, pa.string()) if joined else text
    return _plan_keys(plan, add_rare_keys(paths, "\x1f"), text, needs_time=needs_time)


def _plan_keys(plan: Plan, paths: list[str], text: pa.StringArray, *, needs_time: bool = True) -> Plan | None:
    """The plan with the keys that feed columns and the layout of the stamps; None without a time."""
    by_name = {path.replace("\x1f", "."): path for path in reversed(paths)}
    if "tsNs" in by_name and "Line" in by_name:
        by_name["message"] = by_name.pop("Line")  # Loki's exports; elsewhere it's where in a program
    if "line" in by_name and any(name.startswith("labels.") for name in by_name):
        by_name["message"] = by_name.pop("line")  # logcli's
    keys = {part: by_name[name] for part, name in choose_keys(by_name).items()}
    if "time" not in keys:
        is_record = not needs_time and {"level", "message"} <= set(keys)
        return _settle_units(replace(plan, keys=keys), text) if is_record else None
    if says_utc(keys["time"]):
        plan = replace(plan, log_format=replace(plan.log_format, utc=True))
    if layout := _find_layout(plan, {"time": keys["time"]}, text):
        return _settle_units(replace(plan, keys=keys, layout=layout), text)
    if plan.log_format.shape == "json" and {"date", "time"} <= set(by_name):
        pair = {"day": by_name["date"], "time": by_name["time"]}
        if layout := _find_layout(plan, pair, text):
            return _settle_units(replace(plan, keys=keys | pair, layout=layout), text)
    # A usual name may be another thing's: the next best one.
    others = [path for path in paths if path != keys["time"]]
    return _plan_keys(plan, others, text, needs_time=True)


def _settle_units(plan: Plan, text: pa.StringArray) -> Plan:
    """The plan with durations in the unit that their size tells, where their key names none."""
    keys, guesses = dict(plan.keys), dict(plan.guesses)
    are_requests = "status" in keys and bool({"path", "request", "operation"} & set(keys))
    for part, key in plan.keys.items():
        if drop_choice(part) != "duration_s" or not names_no_unit(key):
            continue
        found = replace(plan, keys={"duration_s": key}).read(text).parts.get("duration_s")
        unit = find_unit(plain_texts(found).to_pylist() if found is not None else (), are_requests=are_requests)
        names = (name_choice(f"duration_{unit}", place) for place in (1, 2, 3))
        free = next((name for name in names if name not in keys), None)
        if unit != "s" and free:
            del keys[part]
            keys[free] = key
            guesses[key.replace("\x1f", ".")] = unit
    return replace(plan, keys=keys, guesses=guesses)


def _find_layout(plan: Plan, keys: dict[str, str], text: pa.StringArray) -> str | None:
    stamps = replace(plan, keys=keys).read(text).parts.get("time")
    enough = _ENOUGH_TIMES if plan.log_format.shape != "pairs" else ENOUGH
    return find_layout([s for s in (stamps.to_pylist() if stamps is not None else []) if s][:200], enough)


def _settle_order(plan: Plan, text: pa.StringArray) -> Plan | None:
    """The plan with the layout that the stamps prove where day and month may be either way round.

    Where nothing proves it, the patterns of such stamps are left out: no instant is guessed.
    """
    patterns = plan.log_format.patterns
    open_ones = [index for index, pattern in enumerate(patterns) if pattern.either_way]
    if not open_ones:
        return plan
    records = match_lines(text, plan.log_format)
    is_open = np.isin(records.pattern, open_ones)
    if not is_open.any():
        return plan
    stamps = records.parts["time"].filter(pa.array(is_open))
    layout = find_layout(plain_texts(stamps).to_pylist())
    if layout in TWINS:
        return replace(plan, layout=layout)
    others = tuple(pattern for pattern in patterns if not pattern.either_way)
    return replace(plan, log_format=replace(plan.log_format, patterns=others)) if others else None


def _tail_keys(log_format: LogFormat, text: pa.StringArray) -> dict[str, str]:
    """Usual names among the pairs that stand behind the messages of a text format."""
    if not any({"pairs", "message"} & set(pattern.groups) for pattern in log_format.patterns):
        return {}
    parts = match_lines(text, log_format).parts
    tails = parts.get("pairs", parts.get("message"))
    if tails is None:
        return {}
    told = [tail for tail in tails.to_pylist() if tail and "=" in tail]
    is_of_processes = any("pid=" in tail or "euid=" in tail for tail in told)  # whose uid is no user of the service
    keys = choose_keys(key for key in list_pair_keys(told) if not (is_of_processes and key == "uid"))
    stated = set.intersection(*(set(pattern.groups) for pattern in log_format.patterns))
    return {
        part: key
        for part, key in keys.items()
        if drop_choice(part) not in stated | {"time", "level", "message", "request"}
    }


def _look_inside(plan: Plan, text: pa.StringArray, formats: Sequence[LogFormat]) -> Plan:
    """The wrapper's plan with the formats that its messages are in, if most of them are in one."""
    records, _ = join_partials(plan.read(text))
    if not len(records.rows) and plan.is_batch:
        records = plan.read(
            pa.array(join_objects(text, np.ones(len(text), bool), in_array=plan.in_array)[2], pa.string())
        )
    message = records.parts.get("message")
    if message is None or not len(message):
        return plan
    if plan.log_format.shape == "json":  # docker keeps the line's end
        message = strip_escapes(pc.ascii_rtrim(message.cast(pa.string()), "\r\n"))
    sample = pc.fill_null(message[:_INNER_LINES], "")
    distinct = sample.unique()
    if len(distinct) <= FEW_LINES:
        formats = [each for each in formats if each.shape != "text" or can_fit(each, distinct.to_pylist())]
    inner: list[Plan] = []
    rest = sample
    # The lines of several services run through one another: a format needs no majority.
    for _ in range(_MOST_PLANS):
        tried = [f for f in formats if f.shape == "json" or f.name not in {p.log_format.name for p in inner}]
        good = next((s for s in _score_all(rest, tried, (), needs_time=False) if s.score >= _KNOWN_INSIDE), None)
        if good is None:
            break
        inner += [*_refine(good.plan, rest, tried), good.plan]
        if plan.log_format.wraps == "records":  # none of them goes on from another
            read = [each.rows for each in match_lines_of(sample, inner)[0]]
            left = np.setdiff1d(np.arange(len(sample)), np.concatenate(read) if read else [])
        else:
            left = _rejects(sample, inner)
        if not len(left):
            break
        rest = sample.take(pa.array(left))
    return replace(plan, inner=tuple(inner))


def score_plan(plan: Plan, text: pa.StringArray) -> float:
    """Share of the lines that the plan's format fits; lines that are folded count a quarter against it."""
    matched, folded = match_and_fold(text, [plan])
    count = sum(len(m.rows) for m in matched)
    if not count:
        return 0.0
    own = sum(int((m.stop - m.rows).sum()) for m in matched) + folded.known
    is_indented = int(pc.sum(pc.match_substring_regex(text, r"^\s+\S")).as_py() or 0)
    loose = max(int(folded.lines.sum()) - own - is_indented, 0)
    leading = _count_leading(text, matched, folded) if plan.log_format.multiline else 0
    misread = sum(_count_misread(m) for m in matched)
    return max(own - misread, 0) / (own + len(folded.rejected) - leading + 0.25 * (loose + leading))


def _count_leading(text: pa.StringArray, matched: Sequence[Matched], folded: Folded) -> int:
    """Lines before the first record that could go on from one which the file no longer has, or are a banner."""
    first = min(int(m.rows[0]) for m in matched if len(m.rows))
    before = pa.array([row for row, _ in folded.rejected if row < first], pa.int64())
    return int(np.count_nonzero(~looks_stamped(text.take(before))))


def _count_misread(matched: Matched) -> int:
    """Records whose host is the word for a level: another format's, whose level stands there."""
    host = matched.parts.get("host")
    return 0 if host is None else int(pc.sum(pc.match_substring_regex(plain_texts(host), _LEVEL_WORD)).as_py() or 0)
