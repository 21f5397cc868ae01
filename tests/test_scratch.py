"""Where temporary files can't be written, that's what is said, in one line."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest

from minutebook.engines.store import EventStore
from minutebook.errors import MinutebookError
from minutebook.events import make_table


def _fill(store: EventStore) -> None:
    store.add(
        make_table({"time": pa.array([0, 1], pa.timestamp("us", "UTC")), "kind": "log", "source": "a.log"}, 2),
        [("a.log", 2)],
    )


def test_a_temporary_folder_that_isnt_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(MinutebookError, match=r"gone: temporary files can't be written: No such .*; .*TMPDIR"):
        _fill(EventStore(memory_bytes=0))


def test_a_full_disk_is_said_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28] No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(pa.ipc, "new_file", write)
    with (
        pytest.raises(MinutebookError, match="can't be written: No space left on device; make room"),
        EventStore(0) as store,
    ):
        _fill(store)
    assert list(tmp_path.iterdir()) == []
