"""a saved book → a manifest that pins it: what was read, by which settings, what came out; each by its SHA-256.

Freezing is how a room agrees on what happened before it discusses why. A manifest holds the hash of the one before it, so
the chain can't be rewritten in the middle; whoever wrote down the newest hash can check all of it, offline. Nothing in it
depends on the day or the machine: freezing a book twice gives the same manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from minutebook.book import FILES, hash_file, is_book
from minutebook.errors import EvidenceError, MinutebookError
from minutebook.outputs.json import write_json
from minutebook.sources import find_sources
from minutebook.sources.contents import Reader

Place = str | PathLike[str]
MANIFEST = "manifest.json"
#: The folder of earlier manifests, each named by the beginning of its hash.
EARLIER = "manifests"
_SHAPE = 1
#: Columns of what `verify` finds.
COLUMNS = ("what", "name", "state", "detail")


@dataclass(frozen=True)
class Frozen:
    """One manifest: its hash, what it says, and whether this freeze made it."""

    sha256: str
    manifest: Mapping[str, Any]
    is_new: bool = False

    @property
    def previous(self) -> str | None:
        """The hash of the manifest before."""
        return self.manifest["previous"]


def freeze(book: Place, *, after: Place | None = None) -> Frozen:
    """Write the manifest of a saved book; if nothing has changed, the one that's there stays.

    ``after`` is another frozen book that this one succeeds; without it, a book succeeds its own earlier manifest.
    Raises `EvidenceError` where the folder holds no whole book, `MinutebookError` where ``after`` isn't frozen.
    """
    place = Path(book)
    if not is_book(place):
        raise EvidenceError("holds no whole book", where=str(book), do="run `minutebook reconstruct` first")
    before = find_frozen(place)
    earlier = before if after is None else find_frozen(after)
    if after is not None and earlier is None:
        raise MinutebookError("isn't frozen", where=str(after), do="freeze it first")
    state = _tell_state(place)
    is_same = before is not None and _without_chain(before.manifest) == state
    if before is not None and is_same and (after is None or (earlier and before.previous == earlier.sha256)):
        return before
    manifest = {**state, "previous": earlier.sha256 if earlier else None}
    for folder in dict.fromkeys([place, Path(after) if after is not None else place]):
        _keep_earlier(folder, place)
    write_json(manifest, place / MANIFEST)
    return Frozen(hash_file(place / MANIFEST), manifest, is_new=True)


def find_frozen(book: Place) -> Frozen | None:
    """The newest manifest of a book, None where there's none; `MinutebookError` where it can't be read."""
    path = Path(book) / MANIFEST
    if not path.is_file():
        return None
    return Frozen(hash_file(path), _load(path))


def verify(book: Place, evidence: Sequence[Place] = ()) -> pd.DataFrame:
    """Whether a frozen book is as it was: a row per file, source and manifest, with ``what, name, state, detail``.

    States are ``same``, ``changed``, ``missing``, ``new`` and, of sources without ``evidence``, ``not looked at``.
    Raises `MinutebookError` where the book was never frozen.
    """
    frozen = find_frozen(book)
    if frozen is None:
        raise MinutebookError("isn't frozen", where=str(book), do="run `minutebook freeze` first")
    rows = [*_check_files(Path(book), frozen), *_check_sources(evidence, frozen), *_check_chain(Path(book), frozen)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def find_changes(checked: pd.DataFrame) -> pd.DataFrame:
    """The rows of `verify` that say something has changed."""
    return checked[~checked["state"].isin(["same", "not looked at"])]


def _tell_state(place: Path) -> dict[str, Any]:
    """The manifest without its place in the chain."""
    ledger = json.loads((place / "ledger.json").read_text("utf-8"))
    made = ledger.get("made_by") or {}
    sources = [
        {key: source.get(key) for key in ("source", "sha256", "lines", "events")}
        | ({"read": source["read"]} if source.get("read") else {})
        for source in ledger["sources"]
    ]
    files = [place / name for name in FILES if (place / name).is_file()]
    return {
        "manifest": _SHAPE,
        "minutebook": made.get("minutebook"),
        "settings": made.get("settings") or {},
        "sources": sources,
        "files": [{"file": file.name, "bytes": file.stat().st_size, "sha256": hash_file(file)} for file in files],
    }


def _without_chain(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key != "previous"}


def _keep_earlier(folder: Path, place: Path) -> None:
    """Copy the manifests of a book, newest and earlier, to where the next one will be written."""
    found = [folder / MANIFEST, *sorted((folder / EARLIER).glob("*.json"))]
    for path in found:
        if path.is_file():
            (place / EARLIER).mkdir(exist_ok=True)
            kept = place / EARLIER / f"{hash_file(path)[:16]}.json"
            if not kept.exists():
                kept.write_bytes(path.read_bytes())


def _check_files(place: Path, frozen: Frozen) -> Iterator[tuple[str, str, str, str]]:
    for each in frozen.manifest["files"]:
        path = place / each["file"]
        if not path.is_file():
            yield "file", each["file"], "missing", ""
            continue
        same = path.stat().st_size == each["bytes"] and hash_file(path) == each["sha256"]
        detail = "" if same else f"{path.stat().st_size:,} bytes, frozen with {each['bytes']:,}"
        yield "file", each["file"], "same" if same else "changed", detail
    known = {each["file"] for each in frozen.manifest["files"]}
    yield from (("file", name, "new", "") for name in FILES if name not in known and (place / name).is_file())


def _check_sources(evidence: Sequence[Place], frozen: Frozen) -> Iterator[tuple[str, str, str, str]]:
    stated = {each["source"]: each["sha256"] for each in frozen.manifest["sources"]}
    if not evidence:
        yield from (("source", name, "not looked at", "") for name in stated)
        return
    parts = {each["source"]: each.get("read") for each in frozen.manifest["sources"]}
    found = {
        source.name: _hash_content(source, parts.get(source.name))
        for source in find_sources([Path(path) for path in evidence])
    }
    elsewhere = {content: name for name, content in found.items()}
    for name, content in stated.items():
        if name in found:
            yield "source", name, "same" if found[name] == content else "changed", ""
        elif content in elsewhere:
            yield "source", name, "same", f"now called {elsewhere[content]}"
        else:
            yield "source", name, "missing", ""
    contents = set(stated.values())
    yield from (("source", name, "new", "") for name in found if name not in stated and found[name] not in contents)


def _check_chain(place: Path, frozen: Frozen) -> Iterator[tuple[str, str, str, str]]:
    yield "manifest", frozen.sha256, "same", "the newest: compare this hash with the one that was written down"
    kept = {hash_file(path): path for path in sorted((place / EARLIER).glob("*.json"))}
    seen = {frozen.sha256}
    previous = frozen.previous
    while previous is not None and previous not in seen:
        seen.add(previous)
        if previous not in kept:
            yield "manifest", previous, "missing", "named by the one after it, and not kept or changed since"
            return
        yield "manifest", previous, "same", ""
        previous = _load(kept[previous])["previous"]


def _hash_content(source: Any, part: Mapping[str, int] | None) -> str:
    """The hash of the content, or of the part of it that was read."""
    reader = Reader(source, part=(part["from"], part["to"]) if part else None)
    for _ in reader:
        pass
    return reader.sha256


def _load(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text("utf-8"))
        if manifest["manifest"] != _SHAPE or not isinstance(manifest["files"], list | tuple):
            raise KeyError("manifest")
        _ = manifest["sources"], manifest["settings"], manifest["previous"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise MinutebookError("is no manifest of a book", where=str(path), do="freeze the book again") from error
    return manifest
