"""evidence → sources: found and named; nothing found is passed over silently.

A source is named by the shortest end of its path that no other source shares, so that the same
files have the same names wherever they are and in whatever order they are given.

Beside it: `addresses` (files elsewhere) and `remote` (read range by range), `contents` (bytes unpacked by
`compression`, hashed and counted), `lines` (bytes → lines), `places` (where a record is), `pods` (a path → the pod that
wrote it).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from minutebook.errors import EvidenceError
from minutebook.sources.addresses import find_remote, is_remote
from minutebook.sources.pods import Pod, find_pod
from minutebook.sources.remote import RemoteFile

_COMPRESSED = re.compile(r"\.(gz|bz2|xz|zst|zstd|z)$", re.I)
# What rotation adds to a name: .1, -20261123, .2026-11-23, _2026-11-23T09; the 1 of web-1 is no such thing.
_ROTATED = re.compile(r"(\.\d{1,3}|[.\-_]\d{4}-?\d\d-?\d\d(?:[T_\-.]?\d\d[\d:\-]*)?)$")
_SUFFIX = re.compile(r"\.(log|jsonl?|ndjson|txt|csv|tsv|out|err)$", re.I)
_HOST = re.compile(r"^[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*?[-_]?\d+$")
_VERSION = re.compile(r"\d+\.\d+(?=\D)")  # php8.2-fpm
#: Names that look like a host's and are none: IIS' logs by their day, CloudFront's distributions.
_NO_HOST = re.compile(r"^(?:u_)?(?:ex|in|nc)\d{4,8}$|^E[A-Z0-9]{9,13}$")
#: Files that make a folder a saved book, whose contents are no evidence.
BOOK_MARKS = frozenset({"ledger.json", "timeline.parquet"})
_OF_BOOK = re.compile(
    r"(timeline|minutes|happenings|messages|impact|ledger|rejects|manifests?)(\.(csv|parquet|json|svg))?"
)


@dataclass(frozen=True)
class Source:
    """One piece of evidence: a file, or standard input."""

    name: str
    path: Path | RemoteFile | None  #: None is standard input
    stated_host: str | None = None  #: as the caller says
    problem: str = ""  #: why it can't be opened

    @cached_property
    def size(self) -> int | None:
        """Bytes as stored, when first asked for; None where it isn't known before reading."""
        if self.path is None or self.problem:
            return None
        try:
            return self.path.stat().st_size
        except OSError:
            return None

    @cached_property
    def stream(self) -> str:
        """Who wrote it: its name without folders, rotation, suffix and compression."""
        stem = _COMPRESSED.sub("", self.name.rsplit("/", 1)[-1])
        for _ in range(3):  # app.log.1, app-20261123.log, app.jsonl.1
            shorter = _SUFFIX.sub("", _ROTATED.sub("", stem))
            if shorter == stem or not shorter:
                break
            stem = shorter
        return stem

    @cached_property
    def host(self) -> str | None:
        """The host that the caller states, else the file's name (web-2 in web-2.app.log, a pod); None where neither does."""
        if self.stated_host:
            return self.stated_host
        if self.pod:
            return self.pod.name
        head = _VERSION.split(self.stream)[0].split(".")[0]
        return head if _HOST.match(head) and not _NO_HOST.match(head) else None

    @cached_property
    def pod(self) -> Pod | None:
        """The pod whose log it is, where its path is one of Kubernetes'."""
        return find_pod(self.path.parts if self.path else (), self.stream)

    @cached_property
    def folder(self) -> str:
        """The folder that tells it from files of the same name elsewhere; "" for a name that no other file has."""
        return self.name.rpartition("/")[0]


def name_folders(sources: Iterable[Source]) -> dict[str, str]:
    """Source → the folder that holds logs of one host as others hold those of others.

    It's one in which some file has the name of a file elsewhere; the others in it are of that host, too.
    """
    placed = [(each, each.path.parent if isinstance(each.path, Path) else each.folder) for each in sources]
    telling = {place for each, place in placed if each.folder}
    return {each.name: os.fspath(place) for each, place in placed if place in telling}


def is_named_packed(name: str) -> bool:
    """Whether a file is named like a packed one; its content says whether it is."""
    return bool(_COMPRESSED.search(name))


def find_sources(evidence: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """All sources of some files, folders (searched whole, hidden entries and saved books apart), addresses and ``-``, by name.

    Links are followed, each file once. What a folder holds that can't be read is a source with a ``problem``.
    Raises `EvidenceError` for what is missing, for a folder without files, and for nothing at all.
    """
    paths: dict[Path | RemoteFile | None, str] = {}
    for each in evidence:
        if is_remote(each):
            paths |= dict.fromkeys(find_remote(each), "")
            continue
        if os.fspath(each) == "-":
            paths[None] = ""
            continue
        found = _find(Path(each), str(each))
        paths |= {path: problem for path, problem in found.items() if path not in paths}
    if not paths:
        raise EvidenceError("no evidence given", do="name files or folders")
    names = _name([path for path in paths if path is not None])
    return sorted(
        (Source("stdin" if path is None else names[path], path, problem=problem) for path, problem in paths.items()),
        key=lambda source: source.name,
    )


def _find(path: Path, given: str) -> dict[Path | None, str]:
    """The files that a given path names: (real place, what is wrong with it) of each."""
    if not given:
        raise EvidenceError("an empty name", do="name files or folders")
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise EvidenceError(
            "no such file or folder" if isinstance(error, FileNotFoundError) else f"can't be read: {reason.lower()}",
            where=given,
            do="check the path",
        ) from error
    if stat.S_ISREG(mode):
        return {path.resolve(): ""}
    if not stat.S_ISDIR(mode):
        raise EvidenceError(f"is {_name_kind(mode)}, no file and no folder", where=given, do="pipe it in, and name -")
    found: dict[Path | None, str] = dict(sorted(_walk(path)))
    if not found and _is_book(path):
        raise EvidenceError("is a saved book, which holds no events", where=given, do="name the evidence it's of")
    if not found:
        raise EvidenceError("the folder holds no files", where=given, do="name the evidence")
    return found


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """(real place, problem) of all in a folder and those below it; each folder once, whatever links lead to it."""
    seen: set[Path] = set()
    waiting = [folder]
    while waiting:
        real = waiting.pop().resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(real) as listed:
                entries = sorted((each for each in listed if not each.name.startswith(".")), key=lambda each: each.name)
        except OSError as error:
            yield real, f"a folder that can't be opened: {(error.strerror or str(error)).lower()}"
            continue
        is_book = {entry.name for entry in entries} >= BOOK_MARKS
        for entry in entries:
            path = real / entry.name
            if is_book and _OF_BOOK.fullmatch(entry.name):
                continue
            try:
                is_link, is_folder, is_file = entry.is_symlink(), entry.is_dir(), entry.is_file()
                mode = 0 if is_folder or is_file else path.stat().st_mode
            except OSError as error:
                # Where a link leads nowhere, the link itself is what is named.
                yield path, f"can't be opened: {(error.strerror or str(error)).lower()}"
                continue
            if is_folder:
                waiting.append(path)
            elif is_file:
                yield path.resolve() if is_link else path, ""
            else:
                yield path, f"is {_name_kind(mode)}, no file"


def _name_kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _name(paths: list[Path | RemoteFile]) -> dict[Path | RemoteFile, str]:
    """The shortest endings that tell the paths apart."""
    depth = dict.fromkeys(paths, 1)
    while True:
        names = {path: "/".join(path.parts[-depth[path] :]) for path in paths}
        taken: dict[str, list[Path | RemoteFile]] = {}
        for path, name in names.items():
            taken.setdefault(name, []).append(path)
        clashes = [p for group in taken.values() if len(group) > 1 for p in group if depth[p] < len(p.parts)]
        if not clashes:
            # Bytes of a name that are no UTF-8 can't be written anywhere: they're named instead.
            return {path: os.fsencode(name).decode("utf-8", "backslashreplace") for path, name in names.items()}
        for path in clashes:
            depth[path] += 1


def refuse_overwriting(outputs: Iterable[str], evidence: Sequence[str]) -> None:
    """Raise `EvidenceError` where a file or folder to be written is evidence, under whatever name or link."""
    present = [Path(output) for output in outputs if Path(output).exists()]
    given = [each for each in evidence if each != "-" and not is_remote(each)]
    if not present or not given:
        return
    folders = {_identify(Path(each)) for each in given if Path(each).is_dir() and not _is_book(Path(each))}
    taken = {_identify(source.path) for source in _find_readable(given)}
    for output in present:
        inside = [path for path in output.iterdir() if _OF_BOOK.fullmatch(path.name)] if output.is_dir() else []
        if _identify(output) in folders or any(_identify(path) in taken for path in (output, *inside)):
            raise EvidenceError("is evidence, which is never written over", where=str(output), do="name another place")


def _find_readable(evidence: Sequence[str]) -> Iterator[Source]:
    try:
        yield from (source for source in find_sources(evidence) if not source.problem)
    except EvidenceError:
        return  # said when it's read


def _is_book(folder: Path) -> bool:
    return all((folder / mark).is_file() for mark in BOOK_MARKS)


def _identify(path: Path | RemoteFile | None) -> tuple[int, int]:
    """What a file is, whatever it's called."""
    if not isinstance(path, Path):
        return -1, -1
    try:
        about = path.stat()
    except OSError:
        return -1, -1
    return about.st_dev, about.st_ino
