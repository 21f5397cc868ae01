"""Real logs of many formats, where they are at hand: events exact, and no wrong instant in any.

The files are other projects' and not part of this one. They're looked for in $MINUTEBOOK_SAMPLES or in
``shared/samples`` beside the checkout; `python tests/test_log_samples.py` prints the table of all.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import minutebook as mb
from minutebook.settings.config import Config

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "samples"
SAMPLES = Path(os.environ.get("MINUTEBOOK_SAMPLES", _BESIDE))
#: Share of the files whose events must be exact.
EXACT = 0.95


def list_samples() -> list[dict[str, Any]]:
    truth = SAMPLES / "logs.truth.jsonl"
    return [json.loads(line) for line in truth.read_text().splitlines()] if truth.exists() else []


def read_sample(path: Path, year: int | None) -> pd.DataFrame:
    config = Config({"*": {"year": year}} if year else {})
    return mb.read(path, config=config).sort_values("line", kind="stable", ignore_index=True)


def compare(sample: dict[str, Any]) -> dict[str, Any]:
    """Counts of wrong lines, instants, levels and statuses of one file."""
    truth = pd.DataFrame([json.loads(line) for line in (SAMPLES / sample["events_file"]).read_text().splitlines()])
    yearless = len(truth) and truth["ts"].str.startswith("--").any()
    try:
        events = read_sample(SAMPLES / sample["path"], 2019 if yearless else None)
        error = ""
    except mb.MinutebookError as refusal:
        events, error = pd.DataFrame({"line": [], "time": []}), str(refusal)
    if not len(truth):
        return {
            "events": len(events),
            "of": 0,
            "lines": len(events),
            "instants": 0,
            "levels": 0,
            "status": 0,
            "error": "",
        }
    joined = truth.assign(n=truth.groupby("line").cumcount()).merge(
        events.assign(n=events.groupby("line").cumcount()), on=["line", "n"], how="outer", indicator=True,
        suffixes=("", "_found"),
    )  # fmt: skip
    both = joined[joined["_merge"] == "both"]
    return {
        "events": len(events),
        "of": len(truth),
        "lines": int((joined["_merge"] != "both").sum()),
        "instants": sum(not _is_same_instant(t, f) for t, f in zip(both["ts"], both["time"], strict=True)),
        "levels": _count_wrong(both, "level", "level_found", _same_level),
        "status": _count_wrong(both, "status", "status_found" if "status_found" in both else "status", _same_status),
        "error": error,
    }


def _is_same_instant(stated: str, found: pd.Timestamp) -> bool:
    if stated.startswith("--"):
        stated = f"2019-{stated[2:]}"
        known = pd.Timestamp(stated)
        return (known.month, known.day, known.time()) == (found.month, found.day, found.time())
    time = pd.Timestamp(stated)
    time = time.tz_localize("UTC") if time.tz is None else time.tz_convert("UTC")
    return bool(abs((time - found).total_seconds()) < 1e-6 + 1e-6)


def _count_wrong(both: pd.DataFrame, stated: str, found: str, is_same: Any) -> int:
    if stated not in both or found not in both or stated == found:
        return 0
    known = both[both[stated].notna()]
    return sum(not is_same(s, f) for s, f in zip(known[stated], known[found], strict=True))


def _same_level(stated: object, found: object) -> bool:
    from minutebook.fields.levels import read_level

    wanted = read_level(str(stated), {})
    return wanted is None or wanted == found


def _same_status(stated: object, found: object) -> bool:
    text = str(stated).removesuffix(".0")
    if not text.isdigit() or not 100 <= int(text) <= 599:
        return bool(pd.isna(found))
    return bool(pd.notna(found)) and int(text) == int(found)  # type: ignore[call-overload]


@pytest.mark.skipif(
    not list_samples(),
    reason=f"NO REAL LOGS AT {SAMPLES}: set MINUTEBOOK_SAMPLES to check against them",
)
def test_events_of_real_logs_are_exact_and_no_instant_is_wrong() -> None:
    results = {sample["path"]: compare(sample) for sample in list_samples()}
    assert {path: r for path, r in results.items() if r["instants"]} == {}
    exact = [path for path, r in results.items() if not r["lines"]]
    inexact = sorted(set(results) - set(exact))
    assert len(exact) >= EXACT * len(results), inexact


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    exact = 0
    for each in list_samples():
        if only in each["path"]:
            result = compare(each)
            is_exact = not any(result[k] for k in ("lines", "instants", "levels", "status", "error"))
            exact += is_exact
            print("ok " if is_exact else "BAD", each["path"].removeprefix("logs/"), result)
    print(exact, "exact")
