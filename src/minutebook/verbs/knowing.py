"""evidence, formats, a row → what minutebook knows about them: how each source is read, draft settings, raw lines."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import pandas as pd

from minutebook.detection.ownformats import load_all
from minutebook.engines import open_engine
from minutebook.errors import MinutebookError
from minutebook.events import COLUMNS
from minutebook.gathering import Evidence, gather
from minutebook.ledger import make_ledger
from minutebook.logformats import load_formats
from minutebook.outputs.atomic import Target
from minutebook.outputs.notebook import ShownRecords
from minutebook.sources.places import BYTES
from minutebook.verbs.books import reconstruct
from minutebook.verbs.given import Said, When, make_settings


def check(
    *evidence: Evidence,
    zone: str | None = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
    config: Said = None,
) -> pd.DataFrame:
    """How each source is read: one row per source with its format, score, runner-up, zone, lines and status."""
    settings = make_settings(zone, config, since, until, engine)
    with open_engine(settings.engine, settings.scheduler) as opened:
        gathered = gather(evidence, settings, opened, refuse=False)
    ledger = make_ledger(gathered)
    frame = pd.DataFrame(ledger["sources"])
    frame.attrs["ledger"] = ledger
    return frame


def init(*evidence: Evidence, path: Target, zone: str | None = None, config: Said = None) -> None:
    """Write a commented minutebook.toml with what was found in the evidence; as written, it changes nothing.

    ``path`` is a file or a stream of bytes. Raises `MinutebookError` where the file exists, since people may have
    edited it.
    """
    from minutebook.outputs.atomic import open_target
    from minutebook.outputs.settings import draft_settings

    if isinstance(path, str | PathLike) and Path(path).exists():
        raise MinutebookError("exists already", where=str(path), do="name another file")
    book = reconstruct(*evidence, zone=zone, config=config)
    with open_target(path) as stream:
        stream.write(draft_settings(book.ledger, book.impact).encode())


def formats(path: Evidence | None = None) -> pd.DataFrame:
    """The known formats: ``name, kind, title``; or of a format file each sample: ``sample, as_stated, problem``."""
    from minutebook.detection.ownformats import is_export
    from minutebook.exports import load_exports
    from minutebook.reading.samples import try_export_samples, try_samples

    if path is not None:
        file = Path(path)
        return try_export_samples(load_exports([file])[0]) if is_export(file) else try_samples(load_formats([file])[0])
    logs = [(each.name, f"{each.kind} log", each.title) for each in load_formats()]
    exports = [(each.name, each.kind, each.title) for each in load_exports()]
    return pd.DataFrame(sorted(logs + exports), columns=["name", "kind", "title"])


def schema() -> pd.DataFrame:
    """The columns of the event frame: ``column, type, meaning``."""
    return pd.DataFrame([(c.name, c.dtype, c.meaning) for c in COLUMNS], columns=["column", "type", "meaning"])


def show(row: pd.Series | str, *evidence: Evidence, config: Said = None) -> ShownRecords:
    """The raw lines behind a row of the timeline or of the event frame, or behind ``source:line``.

    Gives a list of `raw.RawRecord` (source, line, text of the lines), which Jupyter shows as text. ``evidence`` is where
    the row came from.
    """
    from minutebook.reading.raw import fetch_records, parse_references

    if isinstance(row, str):
        references = parse_references(row)
    elif isinstance(row.get("evidence"), str):
        references = parse_references(row["evidence"])
    elif "source" in row and "line" in row:
        # Where reading began in mid-file, lines are known by their bytes.
        line = BYTES + int(row["offset"]) if pd.isna(row["line"]) else int(row["line"])
        references = [(str(row["source"]), line)]
    else:
        raise MinutebookError(
            "the row has neither 'evidence' nor 'source' and 'line'",
            do="pass a row of the timeline",
        )
    return ShownRecords(fetch_records(references, evidence, load_all(make_settings(None, config).formats).logs))
