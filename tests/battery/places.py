"""Cases of copies, the file system, outputs and signals."""

from __future__ import annotations

import contextlib
import gzip
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from case import Case, Content, Outcome, access, write
from running import with_few_files, without_rights

_ACCESS = access()
_LINES = _ACCESS.splitlines(keepends=True)
_MANY = 400_000


def _many(path: Path) -> None:
    """A log that takes a while; written only when it's needed."""
    with path.open("w") as stream:
        for first in range(0, _MANY, 1000):
            stream.write(access(1000, first=first % 36_000).replace("rid=r", f"rid={first}-"))


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _hard_link(name: str) -> Callable[[Path], None]:
    return lambda path: os.link(path.parent / name, path)


def _with_mode(content: Content, mode: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        write(path, content)
        path.chmod(mode)

    return make


def _socket(path: Path) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(path.parent):
        made.bind(path.name)
    assert Path.cwd() == here


def _closed_folder(path: Path) -> None:
    write(path / "b.log", access(9, first=600))
    path.chmod(0)


COPIES = [
    Case("a copy", {"a.log": _ACCESS, "b.log": _ACCESS}, copies=600),
    Case("a copy in gzip", {"a.log": _ACCESS, "b.log.gz": gzip.compress(_ACCESS.encode())}, copies=600),
    Case("a copy with other line ends", {"a.log": _ACCESS, "b.log": _ACCESS.replace("\n", "\r\n")}, copies=600),
    Case("a copy in utf-16", {"a.log": _ACCESS, "b.log": _ACCESS.encode("utf-16")}, copies=600),
    Case("a copy without its last line end", {"a.log": _ACCESS, "b.log": _ACCESS[:-1]}, copies=600),
    Case("a hard link", {"a.log": _ACCESS, "b.log": _hard_link("a.log")}, check=lambda o: _counted(o, 600)),
    Case("a link", {"a.log": _ACCESS, "b.log": _link("a.log")}, check=lambda o: _counted(o, 600)),
    Case("a link to a folder", {"x/a.log": _ACCESS, "y": _link("x")}, check=lambda o: _counted(o, 600)),
    Case("a link to a folder elsewhere", {"a.log": _ACCESS, "y": lambda path: _folder_beside(path)}, check=lambda o: _counted(o, 609)),
    Case("a file named twice", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}/a.log", "{evidence}/../evidence/a.log", "{evidence}", "-o", "{book}"), events=600),
    Case("rotated files that overlap", {"web.log.1": "".join(_LINES[:400]), "web.log": "".join(_LINES[300:])}, check=lambda o: _counted(o, 600)),
    Case("rotated files that overlap, one of them packed", {"web.log.2.gz": gzip.compress("".join(_LINES[:400]).encode()), "web.log.1": "".join(_LINES[300:500]), "web.log": "".join(_LINES[450:])}, check=lambda o: _counted(o, 600)),
    Case("equal lines of one file", {"a.log": _LINES[0] * 500 + _ACCESS}, copies=0, events=1100),
    Case("equal lines of one file and a copy", {"a.log": _LINES[0] * 500 + _ACCESS, "b.log": _LINES[0] * 500 + _ACCESS}, copies=1100),
    Case("a copy that was cut", {"a.log": _ACCESS, "b.log": _ACCESS[: len(_ACCESS) // 2]}, check=lambda o: _counted(o, 600)),
    Case("the same banner in different logs", {name: "2026-11-23T09:00:00Z INFO service starts\n" * 3 + "".join(f"2026-11-23T09:0{i}:01Z INFO {name} at work, step {i}\n" for i in range(9)) for name in ("cart.log", "shop.log")}, copies=0, events=24),
    Case("two hosts with the same lines", {name: "".join(f"2026-11-23T09:00:{i:02}Z INFO heartbeat of it\n" for i in range(30)) for name in ("web-1.log", "web-2.log")}, copies=0, events=60),
    Case("a file of every name in two folders", {"x/a.log": _ACCESS, "y/a.log": access(600, first=600)}, copies=0, events=1200),
]  # fmt: skip


def _folder_beside(path: Path) -> None:
    write(path.parent.parent / "beside" / "c.log", access(9, first=600))
    path.symlink_to(path.parent.parent / "beside")


def _counted(outcome: Outcome, requests: int) -> str | None:
    assert outcome.ledger is not None
    totals = outcome.ledger["totals"]
    found = totals["events"] - totals["copies"]
    return None if found == requests else f"{found} requests counted, not {requests}"


def _odd_name(name: str) -> Case:
    return Case(
        f"a file called {name.encode('utf-8', 'backslashreplace').decode()!r}"[:80], {name: _ACCESS}, events=600
    )


def _append(folder: Path, pid: int) -> None:
    with (folder / "evidence" / "a.log").open("a") as stream, contextlib.suppress(OSError):
        for i in range(3000):
            stream.write(access(2000, first=600))
            stream.flush()
            os.kill(pid, 0)
            if i % 20 == 0:
                time.sleep(0.001)


def _cut_file(folder: Path, pid: int) -> None:
    time.sleep(0.15)
    os.truncate(folder / "evidence" / "a.log", 1_000_000)


def _touch(folder: Path, pid: int) -> None:
    time.sleep(0.15)
    write(folder / "evidence" / "b.log", access(5))


def _signal(number: int, after_s: float) -> Callable[[Path, int], None]:
    def send(folder: Path, pid: int) -> None:
        time.sleep(after_s)
        with contextlib.suppress(OSError):
            os.kill(pid, number)

    return send


def _limit_files_to(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _nothing_left(outcome: Outcome) -> str | None:
    left = [path.name for path in outcome.evidence.parent.rglob("*") if path.name.endswith(".tmp")]
    if outcome.book.exists() and (outcome.book / "ledger.json").exists():
        left.append("ledger.json")
    return f"left behind: {left}" if left else None


PLACES = [
    Case("nothing there", {}, arguments=("reconstruct", "{folder}/none", "-o", "{book}"), refused="none: no such"),
    Case("an empty name", {}, arguments=("reconstruct", "", "-o", "{book}"), refused="."),
    Case("one of two is missing", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "{folder}/none", "-o", "{book}"), refused="none: no such"),
    Case("an empty folder", {}, refused="holds no files"),
    Case("a folder of empty folders", {"x/y/z": lambda path: path.mkdir()}, refused="holds no files"),
    Case("a folder of hidden files", {".a.log": _ACCESS}, refused="holds no files"),
    Case("a file without permission", {"a.log": _with_mode(_ACCESS, 0)}, before=without_rights, refused="a.log.*permission"),
    Case("a file without permission beside another", {"a.log": _ACCESS, "b.log": _with_mode(_ACCESS, 0)}, before=without_rights, events=600, status="unreadable", codes=(3,)),
    Case("a folder without permission beside a file", {"a.log": _ACCESS, "x": _closed_folder}, before=without_rights, events=600, codes=(3,), says="x.*permission|permission.*x", may_change=True),
    Case("a named pipe", {"a.log": os.mkfifo}, arguments=("reconstruct", "{evidence}/a.log", "-o", "{book}"), refused="a.log"),
    Case("a named pipe beside a file", {"a.log": _ACCESS, "b.log": os.mkfifo}, events=600, codes=(3,), says="b.log"),
    Case("a socket beside a file", {"a.log": _ACCESS, "b.log": _socket}, events=600, codes=(3,), says="b.log"),
    Case("/dev/zero", {}, arguments=("reconstruct", "/dev/zero", "-o", "{book}"), refused="/dev/zero"),
    Case("/dev/null", {}, arguments=("reconstruct", "/dev/null", "-o", "{book}"), refused="/dev/null"),
    Case("a link to /dev/zero", {"a.log": _ACCESS, "b.log": _link("/dev/zero")}, events=600, codes=(3,), says="b.log"),
    Case("a link to nothing", {"a.log": _ACCESS, "b.log": _link("gone.log")}, events=600, codes=(3,), says="b.log"),
    Case("a link to itself", {"a.log": _ACCESS, "b.log": _link("b.log")}, events=600, codes=(3,), says="b.log"),
    Case("a link to itself alone", {"b.log": _link("b.log")}, arguments=("reconstruct", "{evidence}/b.log", "-o", "{book}"), refused="b.log"),
    Case("links in a loop", {"a.log": _ACCESS, "b.log": _link("c.log"), "c.log": _link("b.log")}, events=600, codes=(3,)),
    Case("a folder that links to the one above", {"a.log": _ACCESS, "x/y": _link("../..")}, events=600, codes=(0, 3)),
    Case("1,500 files at 64 open ones", {f"f{i:04}.log": access(1, first=i) for i in range(1500)}, before=with_few_files(64), events=1500, is_slow=True),
    Case("a folder 200 deep", {"x/" * 200 + "a.log": _ACCESS}, events=600),
    Case("a file that grows while it's read", {"a.log": _many}, beside=_append, may_change=True, is_slow=True, check=lambda o: None if o.ledger and o.ledger["totals"]["events"] >= _MANY else "lines are missing"),
    Case("a file that's cut while it's read", {"a.log": _many}, beside=_cut_file, may_change=True, is_slow=True),
    Case("a file that comes while it's read", {"a.log": _many}, beside=_touch, may_change=True, is_slow=True),
    *(_odd_name(name) for name in ("two\nlines.log", "\x1b[31mred.log", "\u202egol.a", "=cmd|' -C calc'!A0.log", "a;b:3; c.log", "-rf.log", "$x$_^{.log", "<script>alert(1)</script>.log".replace("/", "_"), "x" * 251 + ".log", "a\udcffb.log", " .log", "%s%n{0}.log", '"quoted", it is.log', "`whoami`$(id).log", "日本語.log")),
    Case("a pipe", {}, arguments=("reconstruct", "-", "-o", "{book}"), stdin=access(300).encode(), events=300),
    Case("a packed pipe", {}, arguments=("reconstruct", "-", "-o", "{book}"), stdin=gzip.compress(_ACCESS.encode()), events=600),
    Case("an empty pipe", {}, arguments=("reconstruct", "-", "-o", "{book}"), stdin=b"", refused="stdin"),
    Case("a pipe named twice", {}, arguments=("reconstruct", "-", "-", "-o", "{book}"), stdin=access(300).encode(), events=300),
    Case("no standard input", {}, arguments=("reconstruct", "-", "-o", "{book}"), before=lambda: os.close(0), refused="stdin", is_cold=True),
]  # fmt: skip

_TABLE = "time,level,message\n" + "2026-11-23T09:00:00Z,info,hello\n" * 30


def _read_only_folder(path: Path) -> None:
    path.mkdir(mode=0o555)


def _old_book(path: Path) -> None:
    path.write_text("old")


OUTPUTS = [
    Case("the output is the evidence", {"a.csv": _TABLE}, arguments=("timeline", "{evidence}", "-o", "{evidence}/a.csv"), refused="a.csv.*evidence"),
    Case("the output is a link to the evidence", {"a.csv": _TABLE, ".b.csv": _link("a.csv")}, arguments=("timeline", "{evidence}", "-o", "{evidence}/.b.csv"), refused="b.csv.*evidence"),
    Case("the output is a hard link to the evidence", {"a.csv": _TABLE, ".b.csv": _hard_link("a.csv")}, arguments=("timeline", "{evidence}", "-o", "{evidence}/.b.csv"), refused="b.csv.*evidence"),
    Case("users go to the evidence", {"a.csv": _TABLE}, arguments=("impact", "{evidence}", "--users", "{evidence}/a.csv"), refused="a.csv.*evidence"),
    Case("events go to the evidence", {"a.csv": _TABLE}, arguments=("events", "{evidence}", "-o", "{evidence}/a.csv"), refused="a.csv.*evidence"),
    Case("the plot goes to the evidence", {"a.svg": _TABLE}, arguments=("plot", "{evidence}", "-o", "{evidence}/a.svg"), refused="a.svg.*evidence"),
    Case("the report goes to the evidence", {"a.md": _TABLE}, arguments=("report", "{evidence}", "-o", "{evidence}/a.md"), refused="a.md.*evidence"),
    Case("the book goes into the evidence", {"timeline.csv": _TABLE}, arguments=("reconstruct", "{evidence}", "-o", "{evidence}"), refused="evidence"),
    Case("the book goes over one file of the evidence", {"x/timeline.csv": _TABLE}, arguments=("reconstruct", "{evidence}", "-o", "{evidence}/x"), refused="evidence"),
    Case("the output is a file and should be a folder", {"a.log": _ACCESS, ".book": _old_book}, arguments=("reconstruct", "{evidence}", "-o", "{evidence}/.book"), refused="book"),
    Case("the output is a folder and should be a file", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}", "-o", "{folder}/x.csv"), before=None, check=None),
    Case("the output's folder is missing", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}", "-o", "{folder}/none/x.csv"), refused="x.csv"),
    Case("the output has no known suffix", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}", "-o", "{folder}/x.exe"), refused="x.exe"),
    Case("the output's folder may not be written", {"a.log": _ACCESS, ".x": _read_only_folder}, arguments=("timeline", "{evidence}", "-o", "{evidence}/.x/t.csv"), before=without_rights, refused="t.csv"),
    Case("the book's folder may not be made", {"a.log": _ACCESS, ".x": _read_only_folder}, arguments=("reconstruct", "{evidence}", "-o", "{evidence}/.x/book"), before=without_rights, refused="book"),
    Case("the output is a full disk", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}", "-o", "/dev/full"), refused="."),
    Case("standard output is a full disk", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}"), before=lambda: _replace(1, "/dev/full"), codes=(2,), says="space", check=_nothing_left),
    Case("the disk is full within the book", {"a.log": _ACCESS}, before=_limit_files_to(4000), codes=(2,), says="can't be written", check=_nothing_left),
    Case("the disk is full from the start", {"a.log": _ACCESS}, before=_limit_files_to(0), codes=(2,), says="can't be written", check=_nothing_left),
    Case("nobody reads standard output", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}"), before=lambda: _broken_pipe(1), codes=(0,)),
    Case("nobody reads standard error", {"a.log": _ACCESS}, before=lambda: _broken_pipe(2), codes=(0,)),
    Case("no standard output", {"a.log": _ACCESS}, arguments=("timeline", "{evidence}"), before=lambda: os.close(1), codes=(0, 2), is_cold=True, is_slow=True),
    Case("no standard error", {"a.log": _ACCESS}, before=lambda: os.close(2), codes=(0,), is_cold=True, is_slow=True),
    Case("no streams at all", {"a.log": _ACCESS}, before=lambda: os.closerange(0, 3), codes=(0,), is_cold=True, is_slow=True),
    Case("the output's name is too long", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", "{folder}/" + "x" * 300), refused="too long"),
    Case("the evidence's name is too long", {"a.log": _ACCESS}, arguments=("reconstruct", "{folder}/" + "x" * 300, "-o", "{book}"), refused="x: .*"),
    Case("the output has no name", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", ""), refused="no place"),
    Case("a book to a pipe", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", "-"), refused="folder"),
    Case("a book to a device", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", "/dev/null"), refused="/dev/null"),
    Case("the book's folder is a link to nothing", {"a.log": _ACCESS, ".x": _link("gone")}, arguments=("reconstruct", "{evidence}", "-o", "{evidence}/.x"), refused="x: "),
    Case("the book's folder is a link in a loop", {"a.log": _ACCESS, ".x": _link(".x")}, arguments=("reconstruct", "{evidence}", "-o", "{evidence}/.x"), refused="x: "),
    Case("settings that don't end", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", "{book}", "--config", "/dev/zero"), refused="/dev/zero"),
    Case("a key that doesn't end", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", "{book}", "--key", "/dev/zero"), refused="/dev/zero"),
    Case("a key that is empty", {"a.log": _ACCESS}, arguments=("reconstruct", "{evidence}", "-o", "{book}", "--key", "/dev/null"), refused="/dev/null"),
    Case("settings that are rubbish", {"a.log": _ACCESS, ".c.toml": b"a = \"\xff\""}, arguments=("reconstruct", "{evidence}", "-o", "{book}", "--config", "{evidence}/.c.toml"), says="not TOML", codes=(2,)),
    Case("a book of a book", {"a.log": _ACCESS, "book/ledger.json": "{}", "book/timeline.parquet": b"PAR1", "book/timeline.csv": _TABLE}, events=600, codes=(0,)),
    Case("a torn book", {"ledger.json": "{", "timeline.parquet": b"PAR1"}, arguments=("timeline", "{evidence}"), refused="whole book"),
    Case("a book of another's making", {"ledger.json": "[]", "impact.json": "3", **{f"{name}.parquet": b"PAR1" + bytes(50) + b"PAR1" for name in ("timeline", "minutes", "happenings")}}, arguments=("timeline", "{evidence}"), refused="whole book"),
    *(Case(f"interrupted after {after:.1f} s", {"a.log": _many}, beside=_signal(signal.SIGINT, after), codes=(130,), check=_nothing_left, is_slow=True) for after in (0.1, 0.4, 0.8)),
    *(Case(f"interrupted after {after:.1f} s, anew", {"a.log": _many}, beside=_signal(signal.SIGINT, after), codes=(130, -2), check=_nothing_left, is_cold=True, is_slow=True) for after in (0.5, 1.0, 1.3)),
    *(Case(f"killed after {after:.1f} s", {"a.log": _many}, beside=_signal(signal.SIGKILL, after), codes=(-9,), is_slow=True) for after in (0.3, 0.9)),
    Case("terminated", {"a.log": _many}, beside=_signal(signal.SIGTERM, 0.5), codes=(-15, 143), is_slow=True),
]  # fmt: skip


def _replace(stream: int, path: str) -> None:
    handle = os.open(path, os.O_WRONLY)
    os.dup2(handle, stream)
    os.close(handle)


def _broken_pipe(stream: int) -> None:
    read, write_end = os.pipe()
    os.close(read)
    os.dup2(write_end, stream)
    os.close(write_end)
