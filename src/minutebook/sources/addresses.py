"""addresses (``s3://bucket/folder``, ``gs://…``) and files of fsspec → the files that are there.

Arrow's own file systems find their credentials where the vendors' tools do: in the environment, a profile, the machine's
role. Only the bucket and path of an address are ever shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast
from urllib.parse import quote

from minutebook.errors import EvidenceError
from minutebook.sources.remote import RemoteFile, describe, is_refusal

_Found = TypeVar("_Found")
# Where nobody answers, Google's client would retry for a quarter of an hour: less at first, longer while reading.
_FIRST_PATIENCE_S, _PATIENCE_S = 3, 15
_SILENCE_S = 20  # for a store that was reached and says nothing; vendors' clients would wait two minutes
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://(?:[^/@]*@)?([^?#]*)", re.ASCII | re.IGNORECASE)


def is_remote(evidence: object) -> bool:
    """Whether it's an address or an open file of fsspec, not a local path."""
    return _is_fsspec(evidence) or (isinstance(evidence, str) and _ADDRESS.match(evidence) is not None)


def find_remote(evidence: Any) -> list[RemoteFile]:
    """The files at an address, or at a path of an fsspec file system; folders are searched whole but for hidden entries.

    Raises `EvidenceError` for what isn't there, can't be reached, or names a file system that Arrow doesn't have.
    """
    from pyarrow import ArrowException
    from pyarrow.fs import FileSelector, FileType

    where = _name(evidence)
    if where.endswith("://"):
        raise EvidenceError("names no bucket", where=where, do="name the evidence")
    try:
        about = _look(evidence) if _is_fsspec(evidence) else _answer(lambda: _look(evidence))
        filesystem, path = _connect(evidence, _PATIENCE_S)
        if about.type == FileType.NotFound:
            raise FileNotFoundError
        below = [about] if about.is_file else filesystem.get_file_info(FileSelector(path, recursive=True))
    except (ArrowException, OSError, ValueError, ImportError) as error:
        what, do = _tell(error)
        raise EvidenceError(what, where=where, do=do) from error
    start = path.rstrip("/") + "/"
    found = [
        RemoteFile(each.path, filesystem, where, describe(each))
        for each in sorted(below, key=lambda info: info.path)
        if each.is_file and (about.is_file or not _is_hidden(each.path.removeprefix(start)))
    ]
    if not found:
        raise EvidenceError("the folder holds no files", where=where, do="name the evidence")
    return found


def _look(evidence: Any) -> Any:
    """What Arrow finds at an address."""
    from pyarrow.fs import FileInfo, FileType

    filesystem, path = _connect(evidence, _FIRST_PATIENCE_S)
    try:
        return filesystem.get_file_info(path)
    except PermissionError:
        # Who may list a bucket of Google's, and read all that it holds, needn't be allowed to ask about the bucket.
        if "/" in path:
            raise
        return FileInfo(path, FileType.Directory)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _connect(evidence: Any, patience_s: int) -> tuple[Any, str]:
    """The file system that was given, and the path in it."""
    from pyarrow.fs import FileSystem, FSSpecHandler, PyFileSystem

    if _is_fsspec(evidence):
        return PyFileSystem(FSSpecHandler(evidence.fs)), str(evidence.path)
    found: tuple[Any, str] = FileSystem.from_uri(_complete(evidence, patience_s))
    return found


def _answer(question: Callable[[], _Found]) -> _Found:
    """What a store answers to a question; raises what the question raises, and `TimeoutError` after too long a silence."""
    answers: SimpleQueue[tuple[_Found | None, BaseException | None]] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put((question(), None))
        except BaseException as error:
            answers.put((None, error))

    Thread(target=ask, daemon=True).start()
    try:
        found, error = answers.get(timeout=_SILENCE_S)
    except Empty:
        raise TimeoutError from None
    if error:
        raise error
    return cast(_Found, found)


def _tell(error: Exception) -> tuple[str, str]:
    """What went wrong, and what helps. The error's own text may hold the whole address, or an id of the request."""
    said = str(error)
    if is_refusal(error):
        return "may not be read", "check the credentials, and what they may read and list"
    if "OAuth2 access token" in said:
        return (
            "no credentials were found for it",
            "sign in as Google's own tools do; a public bucket is gs://anonymous@…",
        )
    if isinstance(error, FileNotFoundError):
        return "no such file or folder", "check the address, and who may read it"
    if isinstance(error, TimeoutError):
        return f"gave no answer for {_SILENCE_S} s", "check the address, and that its network can be reached from here"
    return f"can't be reached ({type(error).__name__})", "check the address, region and credentials"


def _complete(address: str, patience_s: int) -> str:
    """An address as Arrow takes it; for Google's with how long to try, and the emulator that all its clients know."""
    scheme, rest = address.split("://", 1)
    rest = quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", rest), safe="%/:@?#&=+,;!$'()*~[]")
    scheme, options = scheme.lower(), []
    if scheme in ("gs", "gcs"):
        options += [] if "retry_limit_seconds=" in rest else [f"retry_limit_seconds={patience_s}"]
        emulator = os.environ.get("STORAGE_EMULATOR_HOST")
        if emulator and "endpoint_override=" not in rest:
            kind, _, host = emulator.rpartition("://")
            options += [f"scheme={kind or 'http'}", f"endpoint_override={host.rstrip('/')}"]
            rest = "anonymous@" + re.sub("^[^/@]*@", "", rest)
    separator = "" if not options else "&" if "?" in rest else "?"
    return f"{scheme}://{rest}{separator}{'&'.join(options)}"


def _is_fsspec(evidence: object) -> bool:
    return hasattr(evidence, "fs") and hasattr(evidence, "path")


def _name(evidence: Any) -> str:
    """An address without any user, password and options in it."""
    if _is_fsspec(evidence):
        return str(evidence.path)
    match = _ADDRESS.match(evidence)
    return f"{match[1]}://{match[2]}" if match else ""
