"""What must hold of every run, whatever the evidence: problems in words, none when all is well."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import xml.etree.ElementTree
from collections.abc import Iterator
from pathlib import Path

from case import Case, Outcome

MOST_SECONDS = 10.0
MOST_MB = 500.0
#: What a terminal obeys, or what turns text around for whoever reads it.
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FORMULA = re.compile(r"\A[=+\-@\t\r]")
_NUMBER = re.compile(r"\A[+-]?\d+(\.\d+)?\Z")
_MAGIC = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def find_problems(case: Case, outcome: Outcome) -> Iterator[str]:
    """All that is wrong with an outcome."""
    if outcome.seconds > MOST_SECONDS:
        yield f"took {outcome.seconds:.1f} s"
    if outcome.peak_mb > MOST_MB:
        yield f"took {outcome.peak_mb:.0f} MB"
    for name, text in (("stdout", outcome.stdout), ("stderr", outcome.stderr)):
        if "Traceback" in text or re.search(r"\w(Error|Warning|Exception)\b: ", text):
            yield f"{name} has a traceback: {text.strip()[-300:]!r}"
        if match := ACTIVE.search(text):
            yield f"{name} has the active character {match[0]!r}"
    if case.refused is not None:
        yield from _refusal(case, outcome)
        return
    if outcome.code not in case.codes:
        yield f"exit code {outcome.code}: {outcome.stderr.strip()[-300:]!r}"
    if outcome.code in (0, 3) and "-o" in case.arguments and "reconstruct" in case.arguments:
        if outcome.ledger is None:
            yield "no book was written"
        else:
            yield from _account(case, outcome)
            yield from find_active_outputs(outcome.book)
    said = outcome.stderr + json.dumps(outcome.ledger, ensure_ascii=False)
    if case.says and not re.search(case.says, said):
        yield f"doesn't say {case.says!r}: {outcome.stderr.strip()[-300:]!r}"
    if case.check and (problem := case.check(outcome)):
        yield problem


def _refusal(case: Case, outcome: Outcome) -> Iterator[str]:
    lines = outcome.stderr.strip().split("\n")
    if outcome.code != 2:
        yield f"wasn't refused: exit code {outcome.code}"
    elif len(lines) != 1 or not re.search(case.refused or "", lines[0]):
        yield f"isn't refused as {case.refused!r} in one line: {outcome.stderr[:300]!r}"
    elif "; " not in lines[0]:
        yield f"doesn't say what to do: {lines[0]!r}"
    if outcome.book.exists():
        yield "a refused run wrote a book"


def _account(case: Case, outcome: Outcome) -> Iterator[str]:
    ledger = outcome.ledger
    assert ledger is not None
    for source in ledger["sources"]:
        told = source["lines_in_events"] + source["lines_skipped"] + source["lines_rejected"]
        if not told == source["lines"] == source["lines_counted_again"]:
            yield f"{source['source']}: {source['lines']} lines, {told} accounted for"
        path = next((p for p in outcome.evidence.rglob("*") if p.name == source["source"].rsplit("/", 1)[-1]), None)
        if source["status"] == "complete" and path is not None and not case.may_change:
            yield from _physical(path, source["lines"])
    totals = ledger["totals"]
    for name, wanted in (("events", case.events), ("lines_rejected", case.rejected), ("copies", case.copies)):
        if wanted is not None and totals[name] != wanted:
            whys = [reject for source in ledger["sources"] for reject in source["rejects"][:2]]
            yield f"{totals[name]} {name}, not {wanted}: {whys}"
    odd = [s["status"] for s in ledger["sources"] if s["status"] not in ("complete", "empty")]
    if case.status is not None and case.status not in odd:
        yield f"no source is {case.status}: {[s['status'] for s in ledger['sources']]}"
    if odd and outcome.code == 0:
        yield f"exit code 0 with a source that is {odd[0]}"


def _physical(path: Path, lines: int) -> Iterator[str]:
    """Lines of a plain file, counted here once more."""
    if not path.is_file() or path.stat().st_size > 32 << 20:
        return
    content = path.read_bytes()
    if content.startswith(_MAGIC) or content.startswith(_WIDE) or content[1:2] == b"\0" or content[:1] == b"\0":
        return
    physical = sum(1 for _ in io.BytesIO(content))
    if physical != lines:
        yield f"{path.name} has {physical} lines, {lines} are counted"


def find_active_outputs(book: Path) -> Iterator[str]:
    """What is torn or would act in a book's files."""
    for path in sorted(book.iterdir()):
        content = path.read_bytes()
        if not content or path.name.endswith(".tmp"):
            yield f"{path.name} is left over or empty"
        if path.suffix == ".parquet":
            if content[:4] != b"PAR1" or content[-4:] != b"PAR1":
                yield f"{path.name} is torn"
            continue
        text = content.decode("utf-8")
        if match := ACTIVE.search(text):
            yield f"{path.name} has the active character {match[0]!r}"
        if path.suffix == ".csv":
            yield from _csv(path.name, text)
        elif path.suffix == ".json":
            json.loads(text, parse_constant=lambda word: 1 / 0)
        elif path.suffix == ".svg":
            xml.etree.ElementTree.fromstring(text)
            if re.search(r"<script|(?:href|src)=[\"']?(?:javascript|http://evil)|<[^>]*\bonload=", text):
                yield f"{path.name} holds a script"


def _csv(name: str, text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len({len(row) for row in rows}) > 1:
        yield f"{name} is ragged"
    for row in rows:
        for cell in row:
            if FORMULA.match(cell) and not _NUMBER.match(cell):
                yield f"{name} has the formula {cell[:60]!r}"
                return


def fingerprint(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Of everything in a folder: its kind and mode, when it was changed, and the hash of plain files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        is_plain = stat.S_ISREG(about.st_mode)
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if is_plain else ""
        found[str(path.relative_to(folder))] = (about.st_mode, about.st_mtime_ns, digest)
    return found
