"""TOML files, the user's and the built-in ones → export formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import overload

from minutebook.errors import FormatError, suggest
from minutebook.exports.formats import ExportFormat
from minutebook.exports.readings import READINGS
from minutebook.logformats import list_built_in

FOLDERS = ("alerts", "deploys", "notes")


def make_export(name: str, text: str) -> ExportFormat:
    """The format that a TOML text states, or `FormatError` that says what is wrong with it."""
    made = ExportFormat.from_toml(name, text)
    if made.reading not in READINGS:
        raise FormatError(
            f"no reading is called {made.reading!r}", where=name, do=suggest(made.reading, tuple(READINGS))
        )
    return made


@cache
def _built_in(samples: bool) -> tuple[ExportFormat, ...]:
    return tuple(make_export(*each) for folder in FOLDERS for each in list_built_in(folder, samples=samples))


class Exports(Sequence[ExportFormat]):
    """The user's formats, then the built-in ones, which are only loaded when needed: a log never needs them."""

    def __init__(self, own: Iterable[ExportFormat] = (), *, samples: bool = False) -> None:
        self._own, self._samples = tuple(own), samples

    @property
    def _all(self) -> tuple[ExportFormat, ...]:
        names = {each.name for each in self._own}
        return (*self._own, *(each for each in _built_in(self._samples) if each.name not in names))

    @overload
    def __getitem__(self, at: int) -> ExportFormat: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ExportFormat, ...]: ...
    def __getitem__(self, at: int | slice) -> ExportFormat | tuple[ExportFormat, ...]:
        return self._all[at]

    def __iter__(self) -> Iterator[ExportFormat]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __bool__(self) -> bool:
        return True


def load_exports(paths: Iterable[str | Path] = (), *, samples: bool = False) -> Exports:
    """The user's formats in ``paths`` first, then the built-in ones, these with their samples only if asked.

    Raises `FormatError`.
    """
    own = []
    for path in map(Path, paths):
        try:
            own.append(make_export(path.stem, path.read_text("utf-8")))
        except FormatError as error:
            raise FormatError(error.what, where=str(path), do=error.do) from error
        except (OSError, UnicodeDecodeError) as error:
            raise FormatError(f"can't be read: {error}", where=str(path)) from error
    return Exports(own, samples=samples)
