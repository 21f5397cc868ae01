"""a file in a remote store, by Arrow's file systems → a file that is read in place, range by range."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple, cast

_AT_ONCE = 2 << 20, 8 << 20  # bytes per request: at the beginning, which is often all that's read, and further on


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
    place: str = ""  #: which file system, to tell files with the same path in two apart
    found: RemoteStat | None = field(default=None, compare=False)  #: as it was listed

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its path, as `pathlib` has it."""
        return PurePosixPath(self.path).parts

    def open(self, mode: str = "rb", buffering: int = 0, stop: int | None = None) -> IO[bytes]:
        """The file, to be read from anywhere in it, up to ``stop``; raises `OSError`."""
        with _raises_plainly():
            return cast(IO[bytes], _Ranges(self.filesystem.open_input_file(self.path), stop))

    def stat(self) -> RemoteStat:
        """Its size, and when it was written, as it was found; raises `OSError`."""
        return self.found or self.stat_now()

    def stat_now(self) -> RemoteStat:
        """The same as it is now; raises `OSError`."""
        with _raises_plainly():
            return describe(self.filesystem.get_file_info(self.path))


@contextmanager
def _raises_plainly() -> Iterator[None]:
    """Raise an error that names its kind only: the store's own text may hold ids that differ from run to run."""
    from pyarrow import ArrowException

    try:
        yield
    except (
        OSError,
        ValueError,
        ArrowException,
    ) as error:  # ValueError: Arrow calls an object closed if it couldn't open it
        number = getattr(error, "errno", None) or (errno.EACCES if is_refusal(error) else errno.EIO)
        raise OSError(number, os.strerror(number)) from error


def is_refusal(error: Exception) -> bool:
    """Whether a store denies permission."""
    return isinstance(error, PermissionError) or "ACCESS_DENIED" in str(error)


def describe(info: Any) -> RemoteStat:
    """What Arrow's `FileInfo` says of a file; raises `FileNotFoundError` of anything else."""
    if info.size is None:
        raise FileNotFoundError(2, "no such file")
    return RemoteStat(info.size, (info.mtime_ns or 0) / 1e9, info.mtime_ns or 0)


class _Ranges(io.RawIOBase):
    """A file of Arrow's: a stream from its beginning on; after a seek, each read is a request for its own bytes.

    Arrow's own ``seek`` in Google's store asks for all that follows, so the network brings megabytes that nobody reads.
    """

    def __init__(self, file: Any, stop: int | None) -> None:
        self._file, self._at, self._is_stream, self._most = file, 0, True, _AT_ONCE[0]
        size = file.size()
        self._stop = size if stop is None else min(stop, size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._stop}[whence]
        self._is_stream = self._is_stream and start + offset == self._at
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = max(min(len(buffer), self._stop - self._at, self._most), 0)
        with _raises_plainly():
            data = self._file.read(count) if self._is_stream else self._file.read_at(count, self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        self._most = min(2 * self._most, _AT_ONCE[1]) if len(data) == self._most else self._most
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
