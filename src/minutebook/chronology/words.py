"""messages → what they say: that a process started, stopped or crashed, or that something went wrong.

A level alone doesn't tell: some programs write none, and PostgreSQL's LOG, MySQL's Note or what systemd says of a unit
are information by their level, lock waits and shutdowns by their words.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

_LEVELS = ("warn", "error", "fatal")
_ACTORS = "server|service|worker|process|application|app|daemon|database system"

_STARTS = re.compile(
    rf"^(?:re)?start(?:ing|ed)\b(?! [A-Z]{{3,7}} \")|\b(?:{_ACTORS}) (?:re)?start(?:ed|ing)\b|\bstarting as process\b"
    r"|^(?:booting|listening (?:on|at)|now listening|launching)\b|\bstartup complete\b|^Started \w+ in "
    r"|\bready (?:to (?:accept|serve|handle)|for) (?:[a-z\-]+ ){0,2}(?:connections|requests|traffic)\b|^ready to accept\b"
    r"|\b(?:server|backend|upstream|node|broker|peer) \S+ is (?:now |back )?(?:up|online)\b|\bis running, pid \d",
    re.I,
)
_STOPS = re.compile(
    r"^(?:stopping|stopped|shutting down|shutdown|exiting|terminating(?! connection)|received sig\w+)\b"
    r"|\bgraceful(?:ly)? (?:stop|shut)"
    rf"|\bshutdown complete\b|\b(?:{_ACTORS}) (?:is )?(?:now )?(?:stopp|shut(?:ting)? down|exit|terminat)"
    r"|\b(?:received|requested) (?:\w+ )?shutdown\b",
    re.I,
)
_CRASHES = re.compile(
    r"\bsegfault\b|\bout of memory\b|\boom[- ]?kill|\bkilled process\b|\bpanic:|\bcore dumped\b|\bfatal signal\b"
    r"|\bexited (?:with|on) (?:code|signal|status)[ =:]*[1-9]|\bterminated by signal\b"
    r"|\bexited, code=(?:killed|dumped|exited, status=[1-9])|\bworker (?:process )?\S* ?(?:died|was terminated|timeout)",
    re.I,
)
# Words of trouble, for messages without a level; `failed=0` is none.
_TROUBLE = re.compile(
    r"\b(?:error|exception|traceback|fail(?:ed|ure|ing|s)?|fatal|critical|panic|abort(?:ed|ing)?|denied|refused|rejected|"
    r"unreachable|time[d]?[ -]?out|no (?:space|room|route)|cannot|can't|could not|unable to|out of memory|corrupt(?:ed)?|"
    r"lost|unavailable|overflow|deadlock)\b(?! ?[=:] ?0\b)",
    re.I,
)
# What says in so many words that something went wrong, for information: it may well name errors, failures or timeouts
# (counts of them, settings, what was corrected) without having had one.
_MISHAPS = re.compile(
    r"\b(?:could not|couldn't|cannot|can't|unable to|failed (?:to|with|on|after|because)|failing|still waiting|crashed|"
    r"too (?:often|frequently|many|slow)|timed out|giving up|gave up|refused|denied|unreachable|unavailable|aborting|"
    r"aborted connection|detected deadlock|deadlock detected|(?:connection|contact|quorum)\b[^:;,=]* lost|"
    r"lost (?:the )?(?:connection|contact|quorum)|terminating connection|was interrupted|no space|"
    r"not (?:properly|cleanly) (?:shut|closed)|broken pipe|reset by peer)\b(?! ?=)",
    re.I,
)
# Columns may be named like anything.
_QUERY = re.compile(r"\b(?:select\b.+\bfrom|insert into|update\b.+\bset|delete from|with\b.+\bselect)\b", re.I | re.S)


def find_failures(rows: pd.DataFrame) -> np.ndarray:
    """Which rows of templates (``template, level, status, message``, "" for none) are warnings or failures.

    By their level or code; without either by words of trouble, as information by those that leave no doubt.
    """
    has_code = rows["status"].notna().to_numpy()
    is_failure = (rows["level"].isin(_LEVELS) | (rows["status"] >= 500)).to_numpy(bool, copy=True)
    is_bare = (rows["level"] == "").to_numpy(bool) & ~has_code
    is_failure[is_bare] = _say(rows["message"][is_bare], _TROUBLE)
    is_told = (rows["level"] == "info").to_numpy(bool) & ~has_code
    is_failure[is_told] = _tell_mishaps(rows[is_told])
    return is_failure


def find_phases(messages: pd.Series) -> np.ndarray:
    """Of each message ``crashed``, ``started`` or ``stopped``, if it says so of a process, else ""."""
    said = [_say(messages, words) for words in (_CRASHES, _STARTS, _STOPS)]
    return np.select(said, ["crashed", "started", "stopped"], "")


def _tell_mishaps(rows: pd.DataFrame) -> np.ndarray:
    """Which messages say what went wrong. Of what starts or stops a process, that is told, not the mishap."""
    is_mishap = _say(rows["template"], _MISHAPS)  # in which quoted values are masked
    doubtful = rows[is_mishap]
    is_mishap[is_mishap] = (find_phases(doubtful["message"]) == "") & ~_say(doubtful["template"], _QUERY)
    return is_mishap


def _say(texts: pd.Series, words: re.Pattern[str]) -> np.ndarray:
    """Which texts contain the words; each distinct one is searched once."""
    place, known = pd.factorize(texts)
    return np.array([words.search(text) is not None for text in known], bool)[place]
