"""Feed each parser mutated bytes: `python tests/fuzzing/fuzz.py [TARGET …] [--seconds N]`; prints executions by target.

With atheris (an extra: `pip install atheris`) mutations are led by coverage; without it they're by chance, from a fixed
seed. What a target raises other than a refusal of minutebook's own is a failure: its input is written beside this file.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

if "--atheris" in sys.argv:
    import atheris

    # Only what is imported so is watched: mutations that reach new code are kept.
    with atheris.instrument_imports(include=["minutebook"]):
        for module in ("exports", "reading.raw", "outputs.inert", "verbs"):
            importlib.import_module(f"minutebook.{module}")

from minutebook.errors import MinutebookError
from minutebook.exports import load_exports, parse_documents, pick_export, read_export
from minutebook.logformats import load_formats
from minutebook.outputs.inert import escape_html, escape_invisible, escape_json, escape_markdown
from minutebook.reading.raw import parse_references
from minutebook.records.jsonlines import extract_keys, load_json
from minutebook.records.pairs import match_logfmt
from minutebook.sources.compression import Unpacked, find_compression
from minutebook.sources.lines import cut_lines, split_lines
from minutebook.times import parse_times
from minutebook.times.layouts import LAYOUTS
from minutebook.verbs import read

HERE = Path(__file__).parent
LONGEST = 4096


def fuzz_file(content: bytes) -> None:
    """A file of any bytes through the whole of reading; the account adds up or it raises."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.log"
        path.write_bytes(content)
        read(path)


def fuzz_compression(content: bytes) -> None:
    """Whatever is packed."""
    kind = find_compression(content) or "gzip"
    unpacked = Unpacked(kind, iter([content[i : i + 97] for i in range(0, len(content), 97)]))
    size = 0
    for block in unpacked:
        size += len(block)
        if size > 64 << 20:
            break


def fuzz_lines(content: bytes) -> None:
    """Bytes to lines: as many as there are line ends."""
    lines = sum(len(batch) for batch in cut_lines([content[i : i + 31] for i in range(0, len(content), 31)], 64))
    wanted = content.count(b"\n") + (bool(content) and not content.endswith(b"\n"))
    if lines != wanted:
        raise AssertionError(f"{lines} lines of {wanted}")


def fuzz_exports(content: bytes) -> None:
    """Documents of deploys, alerts and notes."""
    documents = parse_documents(content)
    whole = load_json(content)
    for value in ([document.value for document in documents], [whole]):
        match = pick_export([each for each in value if not isinstance(each, str)], load_exports())
        if match.format is not None:
            read_export(documents, match.format)


def fuzz_outputs(content: bytes) -> None:
    """Text made inert, in each medium."""
    text = content.decode("utf-8", "surrogateescape")
    shown = escape_invisible(text)
    if any(ord(each) < 32 or 0xD800 <= ord(each) < 0xE000 for each in shown):
        raise AssertionError(f"active: {shown!r}")
    if "<" in escape_html(text):
        raise AssertionError("markup")
    escape_markdown(text)
    escape_json(text)


def fuzz_references(content: bytes) -> None:
    """References to evidence, as a user types them."""
    parse_references(content.decode("utf-8", "replace"))


def fuzz_stamps(content: bytes) -> None:
    """Stamps, in each layout: an instant within the years, or none."""
    texts = pa.array(content.decode("utf-8", "replace").split("\n")[:50], pa.string())
    for layout in LAYOUTS:
        found = parse_times(texts, layout, year=2026).time
        if len(found) != len(texts):
            raise AssertionError(f"{len(found)} instants of {len(texts)} texts")
        if any(not 1990 <= time.year <= 2100 for time in found.drop_null().to_pylist()):
            raise AssertionError("a year that nobody logs")


def fuzz_records(content: bytes) -> None:
    """JSON lines and key=value pairs: as many values as records, and no record twice."""
    text = split_lines(content).text
    for records in (extract_keys(text, dict(KEYS)), match_logfmt(text, dict(KEYS))):
        if len(set(records.rows.tolist())) != len(records.rows):
            raise AssertionError("a record twice")
        if any(len(values) != len(records.rows) for values in records.parts.values()):
            raise AssertionError("values are lost")


KEYS = {"time": "ts", "level": "level", "message": "msg", "user": "user"}
TARGETS: dict[str, Callable[[bytes], None]] = {
    "lines": fuzz_lines, "compression": fuzz_compression, "exports": fuzz_exports, "outputs": fuzz_outputs,
    "references": fuzz_references, "stamps": fuzz_stamps, "records": fuzz_records, "file": fuzz_file,
}  # fmt: skip


def list_corpus() -> list[bytes]:
    """What mutations begin with: the samples of all formats, and beginnings of packed data."""
    import bz2
    import gzip
    import lzma

    texts = [str(sample["text"]).encode() for each in load_formats(samples=True) for sample in each.samples]
    texts += [str(sample.get("text", "")).encode() for each in load_exports(samples=True) for sample in each.samples]
    return sorted({*texts, *(pack(texts[0]) for pack in (gzip.compress, bz2.compress, lzma.compress))})


def mutate(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, cut, doubled or put in."""
    made = bytearray(content[:LONGEST])
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(made))
        match chance.randint(0, 4):
            case 0:
                made[at : at + 1] = bytes([chance.randint(0, 255)])
            case 1:
                del made[at : at + chance.randint(1, 40)]
            case 2:
                made[at:at] = made[at : at + chance.randint(1, 60)]
            case 3:
                made[at:at] = chance.choice(
                    (b"\n", b"\0", b'"', b"{", b"[", b"\xff", b"\r", b"=", b"9" * 30, b"\xe2\x80\xae")
                )
            case _:
                made[at:at] = b'":null,"'
    return bytes(made)


def run(name: str, seconds: float, corpus: list[bytes]) -> tuple[int, bool]:
    """How many inputs a target took in the time, and whether all went well."""
    chance = random.Random(name)
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        content = mutate(chance.choice(corpus), chance)
        count += 1
        try:
            TARGETS[name](content)
        except MinutebookError:
            continue
        except BaseException as error:
            place = HERE / f"failure-{name}-{hashlib.sha256(content).hexdigest()[:12]}"
            place.write_bytes(content)
            print(f"{name}: {type(error).__name__}: {error}; input in {place.name}")
            return count, False
    return count, True


def lead_by_coverage(name: str, seconds: float, corpus: list[bytes]) -> None:
    """One target with atheris, which ends the process itself."""
    import atheris

    def one(content: bytes) -> None:
        try:
            TARGETS[name](content)
        except MinutebookError:
            return

    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(corpus):
            (Path(folder) / str(number)).write_bytes(content)
        atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}", f"-max_len={LONGEST}", folder], one)
        atheris.Fuzz()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=float, default=10, help="for each target")
    parser.add_argument("--atheris", action="store_true", help="lead mutations by coverage; takes one target")
    said = parser.parse_args()
    corpus = list_corpus()
    if said.atheris:
        lead_by_coverage(said.targets[0], said.seconds, corpus)
    is_well = True
    for name in said.targets or TARGETS:
        count, went_well = run(name, said.seconds, corpus)
        is_well &= went_well
        print(f"{name}: {count:,} inputs{'' if went_well else ', FAILS'}", flush=True)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
