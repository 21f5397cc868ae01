"""addresses (``s3://bucket/folder``, ``gs://…``) and files of fsspec → files that are read in place, range by range.

Arrow's own file systems find their credentials where the vendors' tools do: the environment, a profile, the machine's
role. Nothing of an address but bucket and path is ever shown.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

from minutebook.errors import EvidenceError

_PATIENCE_S = 15
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://(?:[^/@]*@)?([^?#]*)", re.ASCII | re.IGNORECASE)


class RemoteStat(NamedTuple):
    """What is known of a remote file, under the names that `os.stat` gives."""

    st_size: int
    st_mtime: float
    st_mtime_ns: int
    st_mode: int = stat.S_IFREG


@dataclass(frozen=True)
class RemoteFile:
    """One file of an Arrow file system."""

    path: str  #: bucket and key
    filesystem: Any = field(repr=False, compare=False)
    place: str = ""  #: which file system it is, for files of one path in two

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its path, as `pathlib` has it."""
        return PurePosixPath(self.path).parts

    def open(self, mode: str = "rb", buffering: int = 0) -> IO[bytes]:
        """The file, to be read from anywhere in it; each read asks for its own bytes only."""
        return self.filesystem.open_input_file(self.path)

    def stat(self) -> RemoteStat:
        """Its size, and when it was written; raises `OSError`."""
        about = self.filesystem.get_file_info(self.path)
        if about.size is None:
            raise FileNotFoundError(2, "no such file")
        return RemoteStat(about.size, (about.mtime_ns or 0) / 1e9, about.mtime_ns or 0)


def is_remote(evidence: object) -> bool:
    """Whether it's an address, or an open file of fsspec, and no local path."""
    return _is_fsspec(evidence) or (isinstance(evidence, str) and _ADDRESS.match(evidence) is not None)


def find_remote(evidence: Any) -> list[RemoteFile]:
    """The files at an address, or at a path of an fsspec file system; folders are searched whole, hidden entries apart.

    Raises `EvidenceError` for what isn't there, can't be reached, or names a file system that Arrow doesn't have.
    """
    from pyarrow import ArrowException
    from pyarrow.fs import FileSelector, FileSystem, FileType, FSSpecHandler, PyFileSystem

    where = _name(evidence)
    try:
        if _is_fsspec(evidence):
            filesystem, path = PyFileSystem(FSSpecHandler(evidence.fs)), str(evidence.path)
        else:
            filesystem, path = FileSystem.from_uri(_complete(evidence))
        about = filesystem.get_file_info(path)
        if about.type == FileType.File:
            return [RemoteFile(path, filesystem, where)]
        if about.type == FileType.NotFound:
            raise EvidenceError("no such file or folder", where=where, do="check the address, and who may read it")
        below = filesystem.get_file_info(FileSelector(path, recursive=True))
    except (ArrowException, OSError, ValueError, ImportError) as error:
        # Its text may hold the whole address: of its kind is told what helps.
        raise EvidenceError(
            f"can't be reached ({type(error).__name__})", where=where, do="check the address, region and credentials"
        ) from error
    start = path.rstrip("/") + "/"
    files = [each.path for each in below if each.type == FileType.File]
    shown = [each for each in files if not any(part.startswith(".") for part in each.removeprefix(start).split("/"))]
    if not shown:
        raise EvidenceError("the folder holds no files", where=where, do="name the evidence")
    return [RemoteFile(each, filesystem, where) for each in sorted(shown)]


def _complete(address: str) -> str:
    """An address as Arrow takes it. Google's client would try for a quarter of an hour, were nobody there."""
    address = address.replace(" ", "%20")
    if not address.lower().startswith(("gs://", "gcs://")) or "retry_limit_seconds" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}retry_limit_seconds={_PATIENCE_S}"


def _is_fsspec(evidence: object) -> bool:
    return hasattr(evidence, "fs") and hasattr(evidence, "path")


def _name(evidence: Any) -> str:
    """An address without the user, password and options that it may hold."""
    if _is_fsspec(evidence):
        return str(evidence.path)
    match = _ADDRESS.match(evidence)
    return f"{match[1]}://{match[2]}" if match else ""
