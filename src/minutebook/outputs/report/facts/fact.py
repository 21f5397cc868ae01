"""A fact: a name, a value and what that means. All parts of a report are made of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Fact:
    """One thing known: its name, its value, what that means; ``time`` where the value is an instant."""

    name: str
    value: str
    meaning: str = ""
    time: pd.Timestamp | None = None
