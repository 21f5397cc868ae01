"""one format and a sample of a source's lines → the plan to read them by, if they can be of that format.

Which keys feed which column, in which layout the stamps are, in which unit durations are, whether the day or the month
comes first: what a format leaves open, the sample has to show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from minutebook.columns.texts import plain_texts
from minutebook.fronts import find_layer
from minutebook.logformats import LogFormat
from minutebook.names import add_rare_keys, choose_keys, drop_choice, name_choice, says_utc
from minutebook.plans import Plan
from minutebook.plans.units import find_unit, names_no_unit
from minutebook.records.arrays import is_array, strip_array
from minutebook.records.headers import find_header, find_w3c_header, list_w3c_names
from minutebook.records.jsonlines import list_keys
from minutebook.records.objects import is_batch, join_objects, unfold
from minutebook.records.pairs import list_pair_keys
from minutebook.records.text import match_lines
from minutebook.records.windowsevents import has_events
from minutebook.times import ENOUGH, find_layout, find_twins

#: A key that so many of the stamps are under is the time's, whatever the others are: those are rejects.
_ENOUGH_TIMES = 0.2


@dataclass(frozen=True)
class Sample:
    """Lines that are to tell a format; what is the same for each that is tried is looked for once."""

    text: pa.StringArray

    @cached_property
    def lines(self) -> list[str]:
        """The same as Python's texts."""
        return self.text.to_pylist()

    @cached_property
    def objects(self) -> Objects:
        """The JSON objects among them."""
        lines = self.lines
        in_array = is_array(lines[:50])
        lines = strip_array(self.text).to_pylist() if in_array else lines
        is_free = np.ones(len(lines), bool)
        joined = join_objects(self.text, is_free, in_array=in_array)[2] if not list_keys(lines[:50]) else []
        is_folded = any(is_batch(line) for line in (*lines[:20], *joined[:5]))
        texts = unfold([*lines, *joined])[1] if is_folded else [*lines, *joined]
        return Objects(list_keys(texts), joined, in_array, is_folded)


class Objects(NamedTuple):
    """What JSON objects among some lines are like."""

    paths: list[str]  #: of their keys
    joined: list[str]  #: those that take up several lines
    in_array: bool
    is_folded: bool


def make_plan(log_format: LogFormat, text: pa.StringArray) -> Plan | None:
    """The plan by which the format reads lines like ``text``; None where they can't be of it."""
    plan = draft_plan(log_format, Sample(text))
    return plan and finish_plan(plan, text)


def draft_plan(log_format: LogFormat, sample: Sample, *, needs_time: bool = True) -> Plan | None:
    """The plan by which a format is tried: as `make_plan` makes it, but for what stands behind a text's messages.

    Inside a wrapper, which has a stamp itself, JSON and pairs needn't state a time.
    """
    shape, text = log_format.shape, sample.text
    if shape == "text":
        return _settle_order(Plan(log_format), text)
    if shape == "json":
        return _plan_json(log_format, sample, needs_time)
    if shape == "events":
        return Plan(log_format, layout="iso") if has_events(text) else None
    lines = sample.lines
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


def finish_plan(plan: Plan, text: pa.StringArray) -> Plan:
    """A drafted plan with the pairs that stand behind the messages of a text format."""
    if plan.log_format.shape != "text":
        return plan
    return _settle_units(replace(plan, keys=_tail_keys(plan.log_format, text)), text)


def _plan_json(log_format: LogFormat, sample: Sample, needs_time: bool) -> Plan | None:
    paths, joined, in_array, is_folded = sample.objects
    if not paths:
        return None
    plan = Plan(log_format, is_batch=is_folded, in_array=in_array)
    if log_format.requires:
        if not set(log_format.requires) <= set(paths) or len(paths) > len(log_format.requires) + 1:
            return None
        made = _plan_keys(plan, paths, sample.text)
        return replace(made, keys={**made.keys, "stream": "stream"}) if made else None
    text = pa.array(joined, pa.string()) if joined else sample.text
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
    if layer := find_layer(by_name):
        plan = replace(plan, log_format=replace(plan.log_format, layer=layer))
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
    """The plan with durations in the unit that fits their size, where their key names none."""
    keys, guesses = dict(plan.keys), dict(plan.guesses)
    are_requests = bool({"status", "grpc_status"} & set(keys)) and bool({"path", "request", "operation"} & set(keys))
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

    Where nothing proves one, the patterns of such stamps are left out: no instant is guessed.
    """
    patterns = plan.log_format.patterns
    open_ones = [index for index, pattern in enumerate(patterns) if pattern.either_way]
    if not open_ones:
        return plan
    twins = find_twins(patterns[open_ones[0]].time)
    records = match_lines(text, plan.log_format)
    proven = {patterns[at].time for at in np.unique(records.pattern) if at not in open_ones} & {*twins}
    if len(proven) == 1:  # by stamps of the same log that can be read in one way only
        return replace(plan, layout=proven.pop())
    is_open = np.isin(records.pattern, open_ones)
    if not is_open.any():
        return plan
    stamps = records.parts["time"].filter(pa.array(is_open))
    layout = find_layout(plain_texts(stamps).to_pylist(), among=twins)
    if layout:
        return replace(plan, layout=layout)
    others = tuple(pattern for pattern in patterns if not pattern.either_way)
    return replace(plan, log_format=replace(plan.log_format, patterns=others)) if others else None


def _tail_keys(log_format: LogFormat, text: pa.StringArray) -> dict[str, str]:
    """Usual names among the pairs at the ends of a text format's messages."""
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
        if drop_choice(part) not in stated | {"time", "level", "tags", "message", "request"}
    }
