"""What costs seconds to import is imported when it's used: help, completion and `import minutebook` come at once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = {"pandas", "numpy", "pyarrow", "duckdb", "matplotlib", "dateutil", "dask", "distributed", "tqdm", "fsspec"}
#: Prints what of a run was imported, however it ends.
WATCHED = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
COMMAND = WATCHED + "from minutebook.cli import main; main(prog_name='minutebook')"


def run(code: str, *args: str, **environment: str) -> tuple[str, set[str]]:
    """What it printed, and the packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, env={**os.environ, **environment}
    )
    return done.stdout, {name.split(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["timeline", "--help"], ["reconstruct", "-h"], []])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    _, imported = run(COMMAND, *words)
    assert "minutebook" in imported
    assert not imported & HEAVY


def test_completion_of_commands_and_options_imports_nothing_heavy() -> None:
    for words, at, expected in (("minutebook rec", "1", "reconstruct"), ("minutebook timeline --zo", "2", "--zone")):
        said, imported = run(COMMAND, _MINUTEBOOK_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=at)
        assert f"plain,{expected}" in said
        assert not imported & HEAVY


def test_importing_the_library_imports_nothing_heavy_and_still_lists_its_verbs() -> None:
    said, imported = run(WATCHED + "import minutebook as mb; print('timeline' in dir(mb), 'reconstruct' in dir(mb))")
    assert said.split() == ["True", "True"]
    assert not imported & HEAVY


def test_the_process_that_draws_imports_neither_pandas_nor_arrow() -> None:
    _, imported = run(WATCHED + "from minutebook.outputs.plots.overview import render_scene; render_scene()")
    assert "matplotlib" in imported
    assert not imported & {"pandas", "pyarrow", "duckdb"}
