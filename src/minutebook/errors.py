"""What can go wrong → an error of three parts: what, where, and what to do.

Every refusal of minutebook is one of these, so that the command can print one line and choose its
exit code, and a notebook can catch one class.
"""

from collections.abc import Iterable


class MinutebookError(Exception):
    """A refusal: ``what`` happened, ``where`` (a file, a line), and what to ``do`` about it."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(": ".join(part for part in (where, what) if part) + (f"; {do}" if do else ""))


class EvidenceError(MinutebookError):
    """The evidence can't be used: missing, empty, unreadable, or none of it is understood."""


class FormatError(MinutebookError):
    """A format's file is wrong: an unknown key, a bad pattern, a sample that fails."""


class FrameError(MinutebookError):
    """A frame handed in is not an event frame: a column is missing or of the wrong type."""


class AccountError(MinutebookError):
    """The account of a source does not add up: a defect of minutebook, never of the evidence."""


def suggest(word: object, known: Iterable[str], *, listed_by: str = "") -> str:
    """What to do about an unknown word: use the nearest known one, else any of them, or the command that lists them."""
    import difflib

    names = list(known)
    near = difflib.get_close_matches(str(word), names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"`{listed_by}` lists them" if listed_by else f"use one of {', '.join(names)}"
