"""events → Summary: everything that minutes, timeline and impact need, in tables that can be added up.

`summarise` makes one of a batch, `merge` adds two or more: associative and commutative, so the same
functions serve one frame in a notebook, batches on threads and tasks on a cluster, with the same bytes
in the end. Each table is one grouping, and merging it is the same grouping over the parts.

`judging` says what is valid and what is bad, `latency` which bucket a duration is in, `templates` which messages are
the same, `trialstore` keeps what doesn't fit into memory, and `versions` reads one of the tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import Ranks, Sums, add_up, drop_words, join_chunks, plain_texts, read_columns
from minutebook.events import ARROW_SCHEMA
from minutebook.settings.rules import Rules
from minutebook.summary.judging import find_words, judge
from minutebook.summary.latency import bucket_of
from minutebook.summary.templates import find_templates
from minutebook.summary.trialstore import StoredTrials
from minutebook.times.utc import MINUTE_US

#: Events of these kinds are kept whole.
HAPPENINGS = ("deploy", "change", "alert", "incident", "note")
#: Events of these kinds are evidence for the minutes in which they were written.
LOGS = ("log", "request", "probe")

_LONGEST_S = 2_000_000  # longer durations are no request's
_ENDS_IN_STATUS = r" [1-5]\d\d$"

_TABLES: Mapping[str, Sums] = {
    "counts": Sums(("minute", "layer", "service", "operation", "bucket"), ("good", "bad")),
    "breakdown": Sums(("minute", "layer", "service", "operation", "status", "host", "version"), ("requests",)),
    "trials": Sums(
        ("minute", "layer", "service", "operation", "user", "client"),
        ("requests", "bad"),
        least=("first_bad", "first_good"),
        greatest=("last_bad", "last_good", "longest_us"),
        at_greatest=(("longest_at", "longest_us"),),
    ),
    "failures": Sums(
        ("time", "layer", "service", "operation", "status", "user", "client", "trace", "host", "version", "template",
         "source", "line"),
        ("count",),
    ),
    "templates": Sums(
        ("template", "level", "layer", "service", "host", "source", "minute"),
        ("count",),
        least=("first", "line"),
        greatest=("last", "last_line", "status"),
        at_least=(("message", "line"),),
    ),
    "coverage": Sums(
        ("source", "layer", "service", "host", "minute"),
        ("events", "requests", "probes"),
        least=("first",),
        greatest=("last",),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """Tables that add up; times are µs and minutes are minutes since 1970, both UTC, as int64.

    ``layer`` is where in the request path events were seen; ``lines`` stands for log lines that are no
    requests, which serve as the SLI (bad by level) only where there is no request at all, or where the settings say so.
    """

    counts: pa.Table
    breakdown: pa.Table
    trials: pa.Table | StoredTrials
    failures: pa.Table
    templates: pa.Table
    coverage: pa.Table
    happenings: pa.Table

    def trial_tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The trials, some minutes at a time, with these columns at least (None: all)."""
        if isinstance(self.trials, StoredTrials):
            return (piece.load(columns) for piece in self.trials)
        return iter([self.trials])

    def frame(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One of the tables, or some of its columns, as a pandas frame with plain texts."""
        table = getattr(self, name)
        return plain_texts(table.select(columns) if columns else table).to_pandas()

    def count_events(self) -> dict[str, int]:
        """Source → how many of its events are in the tables."""
        logged = self.frame("coverage").groupby("source", observed=True)["events"].sum()
        named = pc.value_counts(self.happenings.column("source").cast(pa.string())).to_pylist()
        return {str(each["values"]): int(each["counts"]) + int(logged.get(each["values"], 0)) for each in named} | {
            str(source): int(events) for source, events in logged.items() if source not in {n["values"] for n in named}
        }

    @property
    def nbytes(self) -> int:
        """Size of the tables in bytes."""
        return sum(getattr(self, f.name).nbytes for f in fields(self))


def summarise(events: pa.Table, rules: Rules | None = None) -> Summary:
    """The Summary of a batch of events (an Arrow table of `events.ARROW_SCHEMA`), judged by ``rules``."""
    kind = events.column("kind")
    rows = _prepare(_pick(events, find_words(kind, LOGS)), rules or Rules())
    is_valid, is_bad = rows["is_valid"], rows["is_bad"]
    valid = rows | {"layer": rows["counted_layer"]}
    # A user with a name isn't identified by an address.
    trials = valid | {"client": _keep(rows["client"], pc.is_null(rows["user"]))}
    tables = {
        "counts": _select("counts", valid, is_valid),
        "breakdown": _select("breakdown", valid, is_valid),
        "trials": _select("trials", trials, is_valid),
        "failures": _select("failures", valid, is_bad),
        "templates": _select("templates", rows, pc.is_valid(rows["template"])),
        "coverage": _select("coverage", rows | {"requests": rows["is_request"]}),
    }
    ranks = Ranks()
    added = {name: add_up(table, _TABLES[name], ranks) for name, table in tables.items()}
    added["counts"] = _narrow(added["counts"])
    return Summary(**added, happenings=_pick(events, find_words(kind, HAPPENINGS)))


def merge_trials(parts: Sequence[pa.Table]) -> pa.Table:
    """Tables of trials added up."""
    return _merge_tables(parts, _TABLES["trials"])


def merge(parts: Iterable[Summary]) -> Summary:
    """The Summary of all events that the parts are summaries of, its rows in a fixed order."""
    listed = list(parts)
    if not listed:
        listed = [summarise(ARROW_SCHEMA.empty_table())]
    merged = {name: _merge_tables([getattr(part, name) for part in listed], how) for name, how in _TABLES.items()}
    merged["counts"] = _narrow(merged["counts"])
    happenings = pa.concat_tables([part.happenings for part in listed]).unify_dictionaries()
    return Summary(**merged, happenings=happenings)


def pack(summary: Summary) -> Summary:
    """The same in fewer bytes, to be read but no longer merged.

    Over weeks, with a row per bucket and minute, the counts are the largest table that never goes to files.
    """
    columns = read_columns(summary.counts)
    for name, values in columns.items():
        if pa.types.is_dictionary(values.type) and len(values.dictionary) <= np.iinfo(np.int8).max:
            columns[name] = pa.DictionaryArray.from_arrays(values.indices.cast(pa.int8()), values.dictionary)
    return replace(summary, counts=pa.table(columns))


def _merge_tables(parts: Sequence[pa.Table], how: Sums) -> pa.Table:
    """The parts of one table added up. A minute that only one part has needs no adding."""
    parts = [part for part in parts if part.num_rows] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    if how.keys[0] != "minute":
        return add_up(read_columns(_join(parts)), how)
    minutes = [part.column("minute").to_numpy() for part in parts]
    starts = [
        np.flatnonzero(np.diff(each, prepend=-1)) for each in minutes
    ]  # of each minute's rows, which are in order
    own = [each[first] for each, first in zip(minutes, starts, strict=True)]
    seen, counts = np.unique(np.concatenate(own), return_counts=True)
    owner = np.empty(len(seen), np.int64)
    for number, each in enumerate(own):
        owner[np.searchsorted(seen, each)] = number
    owner[counts > 1] = len(parts)
    several = []
    for part, first, each in zip(parts, starts, own, strict=True):
        is_shared = (counts > 1)[np.searchsorted(seen, each)]
        rows = np.flatnonzero(np.repeat(is_shared, np.diff(first, append=part.num_rows)))
        several.append(drop_words(part.take(pa.array(rows))))
    tables = [*parts, add_up(read_columns(_join(several)), how)]
    minutes.append(tables[-1].column("minute").to_numpy())
    changes = np.flatnonzero(np.diff(owner, prepend=-1))
    runs = []
    for start, stop in itertools.pairwise([*changes.tolist(), len(seen)]):
        number = owner[start]
        begin = np.searchsorted(minutes[number], seen[start])
        end = np.searchsorted(minutes[number], seen[stop - 1], side="right")
        runs.append(tables[number].slice(begin, end - begin))
    return _join(runs or tables)


def _narrow(counts: pa.Table) -> pa.Table:
    """The counts in narrower integers, if those hold them and the sum of two: over weeks it's the largest table."""
    for name, kind, most in (("minute", pa.int32(), 2**30), ("bucket", pa.int16(), 2**14), ("good", pa.int32(), 2**30),
                             ("bad", pa.int32(), 2**30)):  # fmt: skip
        greatest = pc.max(counts.column(name)).as_py()
        if greatest is not None and greatest < most:
            place = counts.schema.get_field_index(name)
            counts = counts.set_column(place, name, counts.column(name).cast(kind))
    return counts


def _join(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="permissive")


def _pick(table: pa.Table, mask: pa.Array) -> pa.Table:
    """The rows in the mask; the table itself where those are all."""
    return table if pc.all(mask).as_py() is not False else table.filter(mask)


def _select(name: str, rows: Mapping[str, pa.Array], mask: pa.Array | None = None) -> dict[str, pa.Array]:
    """One of `_TABLES` before adding up: one row per event in the mask."""
    how = _TABLES[name]
    ties = (column for column, _ in (*how.at_least, *how.at_greatest))
    own = {column: rows[column] for column in (*how.keys, *how.sums, *how.least, *how.greatest, *ties)}
    if mask is None or pc.all(mask).as_py() is not False:
        return own
    rows_in = pc.indices_nonzero(mask)
    return {column: values.take(rows_in) for column, values in own.items()}


def _keep(texts: pa.DictionaryArray, mask: pa.Array) -> pa.DictionaryArray:
    """The texts in the mask, null elsewhere."""
    if pc.all(mask).as_py() is not False:
        return texts
    return pa.DictionaryArray.from_arrays(pc.if_else(mask, texts.indices, None), texts.dictionary)


def _prepare(events: pa.Table, rules: Rules) -> dict[str, pa.Array]:
    """All columns that the tables of a Summary are made of, one value per event."""
    rows = {name: join_chunks(events.column(name)) for name in events.column_names} | judge(events, rules)
    is_bad, is_request, is_probe = rows["is_bad"], *(find_words(rows["kind"], [kind]) for kind in ("request", "probe"))
    time, times = rows["time"].cast(pa.int64()), pc.fill_null(rows["count"], 1).cast(pa.int64())
    bad, good_at, bad_at = pc.if_else(is_bad, times, 0), pc.if_else(is_bad, None, time), pc.if_else(is_bad, time, None)
    told = {"time": time, "minute": pa.array(time.to_numpy() // MINUTE_US), "first": time, "last": time}
    counted = {"count": times, "requests": times, "bad": bad, "good": pc.subtract(times, bad)}
    counted |= {"events": pa.array(np.ones(len(time), np.int64)), "is_request": is_request.cast(pa.int64()),
                "probes": is_probe.cast(pa.int64())}  # fmt: skip
    edges = {"first_bad": bad_at, "last_bad": bad_at, "first_good": good_at, "last_good": good_at, "longest_at": time}
    layer = {"counted_layer": _layer_of_lines(rows["layer"], is_request), "last_line": rows["line"]}
    return rows | told | counted | edges | layer | _read_durations(rows["duration"], is_bad) | _find_messages(rows)


def _layer_of_lines(layer: pa.Array, is_request: pa.Array) -> pa.Array:
    """The layer of requests; ``lines`` for other events."""
    if pc.all(is_request).as_py() is not False:
        return layer
    return pc.if_else(is_request, layer.cast(pa.string()), "lines").dictionary_encode()


def _read_durations(duration: pa.Array, is_bad: pa.Array) -> dict[str, pa.Array]:
    """``bucket`` of each duration (-1: unknown), and of good events ``longest_us``."""
    seconds = pc.fill_null(duration, -1.0).to_numpy()
    is_known = (seconds >= 0) & (seconds < _LONGEST_S) & ~is_bad.to_numpy(zero_copy_only=False)
    longest_us = pa.array(np.rint(np.where(is_known, seconds, 0) * 1e6).astype(np.int64), mask=~is_known)
    return {"bucket": pa.array(np.where(seconds < 0, np.int32(-1), bucket_of(seconds))), "longest_us": longest_us}


def _find_messages(rows: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """``message`` and ``template``; for a failed request without a message, its code and operation."""
    message = _without_told(rows)
    template = find_templates(message)
    is_silent = pc.and_(pc.and_(rows["is_bad"], pc.is_valid(rows["status"])), pc.is_null(message))
    if pc.any(is_silent).as_py():
        code, operation = (rows[name].filter(is_silent).cast(pa.string()) for name in ("status", "operation"))
        told = pc.binary_join_element_wise(code, operation, " ")
        message = pc.replace_with_mask(message, is_silent, told)
        template = pc.replace_with_mask(template.cast(pa.string()), is_silent, told)
    return {"message": message, "template": template}


def _without_told(rows: Mapping[str, pa.Array]) -> pa.Array:
    """Messages as logged, without those that `verbs.read` makes for requests that logged none."""
    message = rows["message"]
    if not pc.any(pc.match_substring_regex(message.unique(), _ENDS_IN_STATUS)).as_py():
        return message
    told = pc.binary_join_element_wise(rows["operation"].cast(pa.string()), rows["status"].cast(pa.string()), " ")
    return pc.if_else(pc.fill_null(pc.equal(message, told), False), None, message)
