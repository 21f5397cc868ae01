"""a window → how its edges and its users move with each choice of the method: odds, baseline, channel, latency limit.

Each choice is varied by itself, on the same trials. The one that the window rests on is a row too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.channels import Channel
from minutebook.assessment.scan import SURE
from minutebook.assessment.windows import Window
from minutebook.times.utc import MINUTE_US

#: (the value in words, ln of the odds asked for)
_ODDS = (("1 in 10,000", 9.2), ("1 in a million", SURE), ("1 in a billion", 20.7))
_SCALES = ((0.5, "half the limit"), (2.0, "twice the limit"))
#: The least factor on the latency limits.
LEAST_FACTOR = min(1.0, *(factor for factor, _ in _SCALES))
_FEWEST_MINUTES = 5  # of a baseline
_NEAR_US = 5 * MINUTE_US
Span = tuple[int, int]
Search = Callable[[Channel, float, "Span | None"], list[Window]]


@dataclass(frozen=True)
class Choices:
    """One service's trials and windows under any choice, each found once."""

    judge: Callable[[str, float], Channel]  #: (channel's name, factor on the latency limits) → trials
    search: Search  #: (trials, ln odds, baseline in µs or None for the stated one) → windows
    minutes: np.ndarray
    trials: dict[tuple[str, float], Channel]  #: by what ``judge`` takes
    windows: dict[tuple[str, float, float, Span | None], list[Window]]  #: by what `make` takes

    def make(
        self, channel: str, factor: float = 1.0, sure: float = SURE, span: Span | None = None
    ) -> tuple[Channel, list[Window]]:
        """The trials of a channel, and the windows in them."""
        if (channel, factor) not in self.trials:
            self.trials[channel, factor] = self.judge(channel, factor)
        trials, key = self.trials[channel, factor], (channel, factor, sure, span)
        if key not in self.windows:
            self.windows[key] = self.search(trials, sure, span)
        return trials, self.windows[key]


def find_sensitivity(windows: list[Window], channel: str, choices: Choices) -> list[list[dict[str, Any]]]:
    """Per window its rows: ``choice, value, is_chosen, start, end`` (µs), ``affected, anonymous_clients``.

    Times and counts are None where no window is found, and ``why`` says so.
    """
    baselines = _list_baselines(windows, choices.minutes)
    return [_vary(window, channel, choices, baselines) for window in windows]


def _list_baselines(windows: list[Window], minutes: np.ndarray) -> list[tuple[str, Span | None]]:
    """(in words, µs) of each stretch that may be called usual; None: all but the windows."""
    ahead = min((window.minutes[0] for window in windows), default=0) * MINUTE_US
    behind = (max((window.minutes[1] for window in windows), default=0) + 1) * MINUTE_US
    return [
        ("all but the windows", None),
        ("before all windows", (int(minutes[0]) * MINUTE_US, ahead)),
        ("after all windows", (behind, (int(minutes[-1]) + 1) * MINUTE_US)),
    ]


def _vary(
    window: Window, channel: str, choices: Choices, baselines: list[tuple[str, Span | None]]
) -> list[dict[str, Any]]:
    rows = [
        _tell("odds", text, window, *choices.make(channel, sure=sure), is_chosen=sure == SURE) for text, sure in _ODDS
    ]
    for text, span in baselines:
        length = (span[1] - span[0]) // MINUTE_US if span else _FEWEST_MINUTES
        if length < _FEWEST_MINUTES:
            rows.append(_empty("baseline", text, f"the evidence has {max(length, 0)} min of it"))
        else:
            rows.append(_tell("baseline", text, window, *choices.make(channel, span=span), is_chosen=span is None))
    rows += [
        _tell("channel", name, window, *choices.make(name), is_chosen=name == channel)
        for name in ("fail", "slow", "both")
    ]
    if channel == "slow":
        rows += [
            _tell("limit", text, window, *choices.make(channel, factor), is_chosen=False) for factor, text in _SCALES
        ]
    return rows


def _tell(
    choice: str, value: str, window: Window, trials: Channel, found: list[Window], *, is_chosen: bool
) -> dict[str, Any]:
    near = [
        other for other in found
        if other.start.at <= window.end.at + _NEAR_US and other.end.at >= window.start.at - _NEAR_US
        and set(other.operations) & set(window.operations)
    ]  # fmt: skip
    if not near:
        return _empty(choice, value, "no window")
    bad = trials.bad
    is_in = np.zeros(len(bad.minute), bool)
    for each in near:
        is_own = trials.find_places(each.operations)[bad.place]
        is_in |= (bad.bad_at <= each.end.at) & (bad.bad_until >= each.start.at) & is_own
    inside = bad.pick(is_in)
    return {
        "choice": choice, "value": value, "is_chosen": is_chosen,
        "start": min(each.start.at for each in near), "end": max(each.end.at for each in near),
        "affected": inside.count_users() if trials.has_users() else None,
        "anonymous_clients": inside.count_clients(), "why": None,
    }  # fmt: skip


def _empty(choice: str, value: str, why: str) -> dict[str, Any]:
    return {"choice": choice, "value": value, "is_chosen": False, "start": None, "end": None, "affected": None,
            "anonymous_clients": None, "why": why}  # fmt: skip


def make_rows(impact: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of all windows of an impact as a frame: ``window, kind`` and the rows' keys; times in UTC.

    ``start_shift_s`` and ``end_shift_s`` are how much later than the window's own edges they are.
    """
    columns = ["window", "kind", "choice", "value", "is_chosen", "start", "end", "start_shift_s", "end_shift_s",
               "affected", "anonymous_clients", "why"]  # fmt: skip
    rows = [
        {"window": window["id"], "kind": window["kind"], **row}
        for window in impact["windows"]
        for row in window.get("sensitivity") or ()
    ]
    frame = pd.DataFrame(rows, columns=columns)
    for edge in ("start", "end"):
        frame[edge] = pd.to_datetime(frame[edge], utc=True).dt.as_unit("us")
        frame[f"{edge}_shift_s"] = frame[f"{edge}_shift_s"].astype("float64")
    for name in ("affected", "anonymous_clients"):
        frame[name] = frame[name].astype("Int64")
    frame["why"] = frame["why"].astype("str").where(frame["why"].notna(), None)
    return frame.astype(dict.fromkeys(("window", "kind", "choice", "value"), "str") | {"is_chosen": "bool"})
