"""Files are replaced in one step: the old one or the new one, never half."""

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from minutebook.errors import MinutebookError
from minutebook.outputs.atomic import open_target


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "timeline.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), open_target(path) as stream:
        stream.write(b"half of the new")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["timeline.csv"]


def test_the_file_appears_only_when_whole(tmp_path):
    path = tmp_path / "timeline.csv"
    with open_target(path) as stream:
        stream.write(b"all of it")
        stream.flush()
        assert not path.exists()
    assert path.read_bytes() == b"all of it"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path):
    plain, kept = tmp_path / "plain", tmp_path / "kept"
    plain.write_text("")
    usual = plain.stat().st_mode
    kept.write_text("")
    kept.chmod(0o640)
    for name in ("new", "kept"):
        with open_target(tmp_path / name) as stream:
            stream.write(b"x")
    assert (tmp_path / "new").stat().st_mode == usual
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    with open_target(link) as stream:
        stream.write(b"new")
    assert link.is_symlink() and real.read_text() == "new"


@pytest.mark.parametrize("where", ["missing/timeline.csv", "folder", "file/timeline.csv"])
def test_a_place_that_cant_be_written_is_one_clear_error(tmp_path, where):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(MinutebookError) as caught, open_target(tmp_path / where) as stream:
        stream.write(b"x")
    assert caught.value.where.endswith(where) and caught.value.do


def test_devices_and_streams_are_written_through():
    with open_target("/dev/null") as stream:
        stream.write(b"x")
    assert Path("/dev/null").exists()
    text, binary = io.StringIO(), io.BytesIO()
    wrapped = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    for target in (text, binary, wrapped):
        with open_target(target) as stream:
            stream.write("é\n".encode())
    assert text.getvalue() == "é\n"
    assert binary.getvalue() == "é\n".encode()
    assert wrapped.buffer.getvalue() == "é\n".encode(), "UTF-8 whatever the locale"


def test_a_broken_pipe_stays_one():
    reader, writer = os.pipe()
    os.close(reader)
    with (
        pytest.raises(BrokenPipeError),
        os.fdopen(writer, "wb", buffering=0) as pipe,
        open_target(pipe) as stream,
    ):
        stream.write(b"x")
