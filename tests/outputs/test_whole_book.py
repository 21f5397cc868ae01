"""A book is replaced as a whole: whatever fails or is killed on the way, each file is the old one or the new one."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from reports import make_book

import minutebook as mb
from minutebook.book import FILES, load_book, save_book
from minutebook.outputs import atomic

OLD, NEW = make_book(("the old one",)), make_book(("the new one",))
NAMES = ("a.csv", "b.json", "c.csv", "ledger.json")


def save(folder: Path, word: str) -> None:
    """A small book, written as `save_book` writes one."""
    with atomic.replace_together(folder, last="ledger.json") as place:
        for name in NAMES:
            with atomic.open_target(place / name) as stream:
                for part in (f"{word} ", name, "\n"):
                    stream.write(part.encode())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


class Counted:
    """Counts the steps of writing, and does something at one of them."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.at, self.act, self.count = at, act, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.act()


class Stream:
    """A stream whose writes are counted."""

    def __init__(self, stream: object, counted: Counted) -> None:
        self._stream, self._counted = stream, counted

    def write(self, data: bytes) -> int:
        self._counted.step()
        return self._stream.write(data)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def watched(counted: Counted) -> Iterator[None]:
    """Every opening, write, fsync and rename is a step."""
    patch = pytest.MonkeyPatch()

    def before(function: Callable[..., object]) -> Callable[..., object]:
        def stepped(*args: object, **kwargs: object) -> object:
            counted.step()
            return function(*args, **kwargs)

        return stepped

    plain = atomic._replace

    @contextmanager
    def replace(place: Path, mode: int | None) -> Iterator[object]:
        counted.step()
        with plain(place, mode) as stream:
            yield Stream(stream, counted)

    patch.setattr(atomic, "_replace", replace)
    patch.setattr(os, "fsync", before(os.fsync))
    patch.setattr(Path, "replace", before(Path.replace))
    try:
        yield
    finally:
        patch.undo()


def fail() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_whatever_step_fails_the_files_are_old_or_new_and_nothing_is_left(tmp_path: Path) -> None:
    old, new, steps = _measure(tmp_path)
    folder = tmp_path / "book"
    for at in range(1, steps + 1):
        save(folder, "old")
        try:
            with watched(Counted(at, fail)):
                save(folder, "new")
        except mb.MinutebookError as refusal:
            assert re.search("can't be (written|made): No space", str(refusal)) and refusal.do
        else:
            # A folder that can't be synced is no failure: some file systems can't.
            assert contents(folder) == new, f"nothing is said at step {at}"
            continue
        found = contents(folder)
        assert all(found[name] in (old[name], new[name]) for name in NAMES), f"torn at step {at}"
        assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES), f"left behind at step {at}"
        assert found["ledger.json"] == old["ledger.json"]


def test_killed_at_any_step_each_file_is_whole(tmp_path: Path) -> None:
    old, new, steps = _measure(tmp_path)
    folder = tmp_path / "book"
    for at in range(1, steps + 1):
        save(folder, "old")
        pid = os.fork()
        if pid == 0:
            with watched(Counted(at, lambda: os._exit(9))):
                save(folder, "new")
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        found = contents(folder)
        assert set(found) == set(NAMES)
        assert all(found[name] in (old[name], new[name]) for name in NAMES), f"torn at step {at}"
        # Whoever finds the new ledger finds all of the new files.
        assert found["ledger.json"] == old["ledger.json"] or found == new


def _measure(folder: Path) -> tuple[dict[str, bytes], dict[str, bytes], int]:
    """The old files, the new ones, and how many steps can fail before the last file is in its place."""
    counted = Counted(0, fail)
    save(folder / "1", "old")
    with watched(counted):
        save(folder / "2", "new")
    steps = counted.count - 1  # the folder's own sync, which some file systems can't
    assert steps > 20
    return contents(folder / "1"), contents(folder / "2"), steps


def test_a_book_is_saved_so_and_a_mixture_of_two_is_told(tmp_path: Path) -> None:
    save_book(OLD, tmp_path / "old")
    save_book(NEW, tmp_path / "new")
    assert set(contents(tmp_path / "old")) == set(FILES)
    assert load_book(tmp_path / "old").timeline.equals(OLD.timeline)
    (tmp_path / "new" / "timeline.parquet").replace(tmp_path / "old" / "timeline.parquet")
    with pytest.raises(mb.EvidenceError, match="no whole book"):
        load_book(tmp_path / "old")


def test_a_link_in_a_book_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere.csv", tmp_path / "book"
    folder.mkdir()
    elsewhere.write_text("old")
    (folder / "timeline.csv").symlink_to(elsewhere)
    save_book(NEW, folder)
    assert (folder / "timeline.csv").is_symlink()
    assert elsewhere.read_bytes() == (folder / "timeline.csv").read_bytes() != b"old"


def test_where_a_file_cant_be_replaced_none_is(tmp_path: Path) -> None:
    save_book(OLD, tmp_path)
    before = contents(tmp_path)
    (tmp_path / "impact.svg").unlink()
    (tmp_path / "impact.svg").mkdir()
    with pytest.raises(mb.MinutebookError, match="it is a folder"):
        save_book(NEW, tmp_path)
    assert contents(tmp_path) == {name: content for name, content in before.items() if name != "impact.svg"}
