"""All that is known of one incident: frames, impact and ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.ledger import find_shortfalls, make_rejects
from minutebook.outputs.bookish import Picture
from minutebook.redaction import Redaction


@dataclass(frozen=True)
class Book:
    """All that is known of one incident; frames have the columns of the verbs with the same names."""

    timeline: pd.DataFrame
    minutes: pd.DataFrame
    impact: dict[str, Any]
    ledger: dict[str, Any]
    happenings: pd.DataFrame
    #: How often the timeline's messages were written: minute, service, level, message, count.
    messages: pd.DataFrame
    users: pd.DataFrame = field(repr=False)
    #: Lines that became no event, as in `ledger.make_rejects`; empty in a loaded book, whose folder has a file of them.
    rejects: pd.DataFrame = field(default_factory=lambda: make_rejects([]), repr=False)
    #: Names of people in lower case → their roles; None in a loaded book. Never written.
    roles: Mapping[str, str] | None = field(default=None, repr=False)
    #: What hid users and secrets in all but `users`, which holds ids as logged; None in a loaded book. Never written.
    redaction: Redaction | None = field(default=None, repr=False)
    #: Gives pictures of it that are being drawn; None where nobody draws yet.
    picture: Picture | None = field(default=None, repr=False)

    @property
    def shown_users(self) -> pd.DataFrame:
        """`users` with pseudonyms for ids, unless the book was made without redaction.

        Raises `MinutebookError` for a loaded book, which holds no users: an empty list would be wrong.
        """
        if self.redaction is None:
            raise MinutebookError("a saved book doesn't hold users' ids", do="name the evidence that it was made from")
        return self.users.assign(user=self.redaction.hide_users(self.users["user"]))

    @property
    def shortfalls(self) -> list[str]:
        """What is damaged or missing in the evidence, in sentences; empty when nothing is."""
        return find_shortfalls(self.ledger)

    def _repr_html_(self) -> str:
        from minutebook.outputs.notebook import render_book

        return render_book(self.impact, self.ledger, self.minutes, self.timeline)
