"""Full disks, in earnest: `python tests/battery/disks.py`, as root or where users may mount within a namespace.

Small file systems are mounted, and a book is written onto each: from hardly any room up to enough, with too few
inodes, read-only, over an old book. Each time it's refused in one line and nothing is left but what was there, or
the book is whole. So it is where the temporary folder is full.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from case import access, records

_ROOMS_KB = (4, 16, 40, 64, 96, 128, 160, 200, 400)
_MANY = 2_400_000  # lines, so that who did what in which minute waits in files


@contextlib.contextmanager
def _mounted(options: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def _run(evidence: Path, book: Path, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "minutebook", "reconstruct", str(evidence), "-o", str(book)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    return done.returncode, done.stderr


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _judge(name: str, code: int, said: str, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    is_refused = code == 2 and len(said.strip().splitlines()) == 1 and "; " in said and after == before
    is_whole = code == 0 and len(after) == 12 and not any(each.endswith(".tmp") for each in after)
    print(
        f"{'holds' if is_refused or is_whole else 'FAILS'}  {name}: exit {code}, {said.strip().splitlines()[0][:110]}"
    )
    return is_refused or is_whole


def _write_many(path: Path) -> None:
    with path.open("w") as stream:
        for first in range(0, _MANY, 1000):
            for number, line in enumerate(access(1000, first=first % 36_000).splitlines(keepends=True), first):
                stream.write(line.replace(" - u", f" - v{number}u"))


def main() -> int:
    """The command."""
    held: list[bool] = []
    with tempfile.TemporaryDirectory() as work:
        first, second, many = (Path(work) / name for name in ("a.log", "b.log", "many.log"))
        first.write_text(access())
        second.write_text(records())
        options = [*(f"size={room}k" for room in _ROOMS_KB), "size=9m,nr_inodes=5", "size=9m,nr_inodes=9", "size=9m,ro"]
        for option in options:
            with _mounted(option) as disk:
                code, said = _run(first, disk / "book")
                held.append(_judge(option, code, said, {}, _contents(disk)))
        for room in _ROOMS_KB[4:]:
            with _mounted(f"size={room}k") as disk:
                if _run(second, disk / "book")[0] != 0:
                    continue
                before = _contents(disk)
                code, said = _run(first, disk / "book")
                held.append(_judge(f"size={room}k, over an old book", code, said, before, _contents(disk)))
        _write_many(many)
        for room in (2, 400):
            with _mounted(f"size={room}m") as disk:
                code, said = _run(many, Path(work) / "book", TMPDIR=str(disk))
                after = _contents(Path(work) / "book") if code == 0 else {}
                held.append(_judge(f"a temporary folder of {room} MB", code, said, {}, after) and not _contents(disk))
    print(f"{sum(held)} of {len(held)} hold")
    return 0 if all(held) else 1


if __name__ == "__main__":
    if os.geteuid() and "--inside" not in sys.argv:
        sys.exit(subprocess.run(["unshare", "-rm", sys.executable, __file__, "--inside"]).returncode)
    sys.exit(main())
