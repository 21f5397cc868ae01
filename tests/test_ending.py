"""A command's process ends at once, and leaves nothing undone."""

from __future__ import annotations

import os
import subprocess
import sys

ENDS = """
import atexit
from minutebook.cli.ending import ends_at_once
class Held:
    def __del__(self): print("taken apart")
held = Held()
atexit.register(print, "cleaned up")
with ends_at_once():
    print("told")
    raise SystemExit({code})
"""


def end(code: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ENDS.format(code=code)], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def test_all_is_written_and_cleaned_up_but_nothing_taken_apart() -> None:
    for code, wanted in (("3", 3), ("0", 0), ("None", 0)):
        ended = end(code)
        assert (ended.returncode, ended.stdout) == (wanted, "told\ncleaned up\n")


def test_what_cannot_be_delivered_is_no_success() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert end("0", writer).returncode != 0
    os.close(writer)


def test_a_refusal_in_words_is_told() -> None:
    ended = end("'no such thing'")
    assert (ended.returncode, ended.stderr) == (1, "no such thing\n")
