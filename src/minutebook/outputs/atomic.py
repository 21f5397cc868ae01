"""a path or an open stream → bytes written whole or not at all.

A file is written beside its place under a temporary name, synced, and renamed over it: a reader sees the old file or the
new one, never half of it, whatever interrupts.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeAlias, cast

from minutebook.errors import MinutebookError
from minutebook.machine.interrupting import begin, finish

#: Where an output may go: a path, or an open stream of bytes or text.
Target: TypeAlias = str | os.PathLike[str] | IO[Any]


@contextlib.contextmanager
def open_target(target: Target) -> Iterator[BinaryIO]:
    """A binary stream to ``target``, which is replaced in one step when the block ends well.

    Streams are written through and left open; text streams get UTF-8. Devices and named pipes are
    written directly. Raises `MinutebookError` where a path can't be written; a broken pipe stays a
    `BrokenPipeError`, for the caller to end quietly.
    """
    if isinstance(target, str | os.PathLike):
        with _open_path(Path(target)) as stream:
            yield stream
        return
    try:
        with _open_stream(target) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MinutebookError(
            f"can't be written: {error.strerror or error}",
            where=str(getattr(target, "name", "stream")),
            do=_advise(error),
        ) from error


@contextlib.contextmanager
def _open_stream(target: IO[Any]) -> Iterator[BinaryIO]:
    under = getattr(target, "buffer", None)
    if under is not None:
        target.flush()
        yield under
        under.flush()
    elif hasattr(target, "encoding"):
        held = io.BytesIO()
        yield held
        target.write(held.getvalue().decode("utf-8"))
    else:
        yield cast(BinaryIO, target)
        target.flush()


@contextlib.contextmanager
def _open_path(path: Path) -> Iterator[BinaryIO]:
    try:
        # A link keeps pointing where it did; its file is what is replaced.
        place = path.resolve()
        mode = place.stat().st_mode if place.exists() else None
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(21, os.strerror(21))
        if mode is not None and not stat.S_ISREG(mode):
            with place.open("wb") as stream:
                yield stream
            return
        with _replace(place, mode) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MinutebookError(
            f"can't be written: {error.strerror or error}", where=str(path), do=_advise(error)
        ) from error


@contextlib.contextmanager
def _replace(place: Path, mode: int | None) -> Iterator[BinaryIO]:
    # Not tempfile.mkstemp: its files are private, where the umask should decide as for any file.
    temporary = place.with_name(f".{place.name[:100]}.{secrets.token_hex(6)}.tmp")
    begin(temporary)
    try:
        with temporary.open("xb") as stream:
            if mode is not None:
                temporary.chmod(stat.S_IMODE(mode))
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        finish(temporary)
    _sync_folder(place.parent)


@contextlib.contextmanager
def replace_together(folder: str | os.PathLike[str], *, last: str) -> Iterator[Path]:
    """A folder for files that replace those in ``folder`` (made if need be) when the block ends well.

    Files are opened by `open_staged`, and all synced at once.

    Until then the old files stay as they are. Then each is replaced in one step, ``last`` at the end: if that one is as
    it should be, all of them are. Raises `MinutebookError` where the folder can't be written.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        staging = place / f".{secrets.token_hex(6)}.tmp"
        staging.mkdir()
    except OSError as error:
        raise MinutebookError(
            f"can't be made: {error.strerror or error}", where=str(folder), do=_advise(error)
        ) from error
    begin(staging)
    try:
        yield staging
        _move_all(staging, place, last)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        finish(staging)


@contextlib.contextmanager
def open_staged(path: Path) -> Iterator[BinaryIO]:
    """A new file in a folder of `replace_together`; raises `MinutebookError` where it can't be written."""
    try:
        with path.open("xb") as stream:
            yield stream
    except OSError as error:
        raise MinutebookError(
            f"can't be written: {error.strerror or error}", where=path.name, do=_advise(error)
        ) from error


def _move_all(staging: Path, place: Path, last: str) -> None:
    names = sorted((path.name for path in staging.iterdir()), key=lambda name: (name == last, name))
    for name in names:
        if (place / name).is_dir():
            raise MinutebookError(
                "can't be written: it is a folder", where=str(place / name), do="name another folder for the book"
            )
    try:
        with ThreadPoolExecutor(len(names) or 1) as pool:  # syncing all takes the disk as long as one
            list(pool.map(_sync_file, [staging / name for name in names]))
        _sync_folder(staging)
        for name in names:
            target = place / name
            if target.is_symlink():  # a link keeps pointing where it did, which may be another disk
                with open_target(target) as stream:
                    stream.write((staging / name).read_bytes())
            else:
                if target.exists():
                    (staging / name).chmod(stat.S_IMODE(target.stat().st_mode))
                (staging / name).replace(target)
        _sync_folder(place)
    except OSError as error:
        raise MinutebookError(
            f"can't be written: {error.strerror or error}", where=str(place), do=_advise(error)
        ) from error


def _sync_file(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    # The rename itself is durable once its folder is; some file systems can't, and say so.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _advise(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "make its folder first"
    if isinstance(error, IsADirectoryError | NotADirectoryError):
        return "name a file in an existing folder"
    if isinstance(error, PermissionError):
        return "write where you may, or change who may"
    return "nothing was left behind; make room or choose another place"
