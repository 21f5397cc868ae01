"""trials → impact windows: stretches that are no coincidence, and the candidates that were rejected."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from minutebook.assessment.baseline import Grid, find_first_usual, find_noise, find_rates
from minutebook.assessment.channels import FEWEST_USERS, Channel
from minutebook.assessment.edges import Edge, find_edge
from minutebook.assessment.scan import SURE, WEAK, find_best, narrow, score

_MERGE_MINUTES = 5
_ROUNDS = 8
_PLACES = 12  # within a minute, at which requests are taken to be that one row tells of


@dataclass
class Window:
    """One impact window of a service, before it's told."""

    channel: str  #: fail or slow
    operations: list[str]  #: in scope; all of the service's where the excess is everywhere
    minutes: tuple[int, int]  #: first and last, from 1970
    pieces: list[tuple[int, int]]
    odds: float  #: ln odds against coincidence
    expected: float  #: bad trials at the usual rates
    bad: float
    valid: float
    start: Edge = field(default_factory=lambda: Edge(0, 0, 0))
    end: Edge = field(default_factory=lambda: Edge(0, 0, 0))
    excess: dict[str, float] = field(default_factory=dict)  #: operation → bad trials above the usual
    by_minute: dict[int, float] = field(default_factory=dict)  #: minute → excess, in scope


@dataclass
class Rejected:
    """A candidate that stands out but isn't impact, and why."""

    minutes: tuple[int, int]
    operations: list[str]
    odds: float
    reason: str


def find_windows(
    trials: Channel,
    minutes: np.ndarray,
    *,
    sure: float = SURE,
    base: np.ndarray | None = None,
) -> tuple[list[Window], list[Rejected], np.ndarray]:
    """(windows, rejected candidates, usual rate by operation) of one service's trials.

    ``sure`` are the ln odds asked for; only minutes in ``base`` (of ``minutes``, default all) may be usual.
    """
    grid = trials.make_grid(minutes)
    may_be = np.ones(len(minutes), bool) if base is None else base
    is_usual = find_first_usual(grid) & may_be
    is_usual = is_usual if is_usual.any() else may_be
    windows: list[Window] = []
    rejected: list[Rejected] = []
    for round_number in range(_ROUNDS):
        rates = find_rates(grid, is_usual)
        found, rejected = _scan(grid, trials, rates, is_usual, sure * (2 if round_number == 0 else 1))
        found = [_settle_edges(window, trials, grid, rates, is_usual) for window in found]
        now = may_be.copy()
        for window in found:
            for first, last in _covered(window):
                now[np.searchsorted(minutes, first) : np.searchsorted(minutes, last, side="right")] = False
        if round_number > 0 and (now == is_usual).all():
            windows = found
            break
        windows, is_usual = found, now if now.any() else is_usual
    return sorted(windows, key=lambda w: w.start.at), rejected, find_rates(grid, is_usual)


def _covered(window: Window) -> list[tuple[int, int]]:
    """Minutes of the window's pieces, the outer ones reaching to its edges."""
    pieces = list(window.pieces)
    pieces[0] = (min(pieces[0][0], window.start.at // 60_000_000), pieces[0][1])
    pieces[-1] = (pieces[-1][0], max(pieces[-1][1], window.end.at // 60_000_000))
    return pieces


def _settle_edges(window: Window, trials: Channel, grid: Grid, rates: np.ndarray, is_usual: np.ndarray) -> Window:
    """The window with its edges; where they reach beyond its minutes, counted and scoped over those too."""
    expected = grid.valid * rates
    for _ in range(2):
        _place_edges(window, trials, grid, rates)
        first, last = _covered(window)[0][0], _covered(window)[-1][1]
        if (first, last) == window.minutes:
            break
        span = (
            int(np.searchsorted(grid.minutes, first)),
            int(np.searchsorted(grid.minutes, last, side="right")),
        )
        noise = find_noise(grid.total_bad, expected.sum(axis=1), is_usual & ~_mask(grid, span))
        pieces = _covered(window)
        window = _make_window(grid, expected, noise, [(*span, 0.0)], window.channel)
        window.pieces = pieces
    _place_edges(window, trials, grid, rates)
    return window


def _mask(grid: Grid, span: tuple[int, int]) -> np.ndarray:
    inside = np.zeros(len(grid.minutes), bool)
    inside[span[0] : span[1]] = True
    return inside


def _scan(
    grid: Grid,
    trials: Channel,
    rates: np.ndarray,
    is_usual: np.ndarray,
    need: float,
) -> tuple[list[Window], list[Rejected]]:
    expected = grid.valid * rates
    noise = find_noise(grid.total_bad, expected.sum(axis=1), is_usual)
    is_open = np.ones(len(grid.minutes), bool)
    penalty = float(np.log(max(len(grid.operations), 1)))
    scopes: list[tuple[int | None, float]] = [(None, 0.0)]
    if len(grid.operations) > 1:
        scopes += [(column, penalty) for column in range(len(grid.operations)) if grid.bad[:, column].sum() >= 2]
    pieces: list[tuple[int, int, float]] = []
    rejected: list[Rejected] = []
    best = {scope: find_best(*_counts(grid, expected, scope), is_open) for scope, _ in scopes}
    for _ in range(200):
        ranked = [
            (stretch.llr / noise - fee, -(scope if scope is not None else -1), scope, stretch)
            for scope, fee in scopes if (stretch := best[scope]) is not None
        ]  # fmt: skip
        if not ranked or max(ranked)[0] < min(need, WEAK):
            break
        _, _, scope, stretch = max(ranked, key=lambda entry: entry[:2])
        stretch = narrow(stretch, *_counts(grid, expected, scope), gap=_MERGE_MINUTES + 1, noise=noise)
        odds = stretch.llr / noise - (penalty if scope is not None else 0.0)
        operations = grid.operations if scope is None else [grid.operations[scope]]
        asked = need if odds >= need else WEAK
        reason = _reject(grid, trials, expected, noise, scope, stretch.start, stretch.stop, is_usual, asked)
        span = (int(grid.minutes[stretch.start]), int(grid.minutes[stretch.stop - 1]))
        if odds < need:
            # Of what is weak anyway, only what nothing else speaks against is worth a line.
            if not reason and odds >= WEAK:
                reason = f"weak evidence: one in {_round(np.exp(odds))} by chance, where one in a million is asked for"
                rejected.append(Rejected(span, list(operations), odds, reason))
        elif reason:
            rejected.append(Rejected(span, list(operations), odds, reason))
        else:
            pieces.append((stretch.start, stretch.stop, odds))
        is_open[stretch.start : stretch.stop] = False
        for key, old in best.items():
            if old is not None and old.start < stretch.stop and stretch.start < old.stop:
                best[key] = find_best(*_counts(grid, expected, key), is_open)
    return _merge(grid, expected, noise, pieces, trials.name), rejected


def _round(number: float) -> str:
    """Two digits of it: ``41,000``."""
    scale = 10 ** max(len(str(int(number))) - 2, 0)
    return f"{round(number / scale) * scale:,}"


def _counts(grid: Grid, expected: np.ndarray, scope: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if scope is None:
        return grid.total_bad, grid.total_valid, expected.sum(axis=1)
    return grid.bad[:, scope], grid.valid[:, scope], expected[:, scope]


def _reject(
    grid: Grid, trials: Channel, expected: np.ndarray, noise: float, scope: int | None, start: int, stop: int,
    is_usual: np.ndarray, need: float,
) -> str:  # fmt: skip
    """Why the stretch is no impact; "" if it is."""
    bad, valid, usual = (values[start:stop].sum() for values in _counts(grid, expected, scope))
    if bad / valid < max(1.5 * usual / valid, usual / valid + 0.005):
        return f"{bad / valid:.2%} is too little above the usual {usual / valid:.2%} to matter"
    first, last = int(grid.minutes[start]), int(grid.minutes[stop - 1])
    inside = trials.bad[trials.bad["minute_no"].between(first, last)]
    if scope is not None:
        inside = inside[inside["place"] == scope]
    by_user = inside.groupby("who")["weight_bad"].sum()
    unknown = float(inside.loc[inside["who"].isna(), "weight_bad"].sum())
    if len(by_user) < FEWEST_USERS and not unknown:
        return f"only {len(by_user)} user{'s' * (len(by_user) != 1)} or client{'s' * (len(by_user) != 1)} saw it"
    if len(by_user):
        loudest = sorted(by_user.items(), key=lambda item: (-item[1], item[0]))[0]
        operations = grid.operations if scope is None else [grid.operations[scope]]
        n, c = float(trials.count_of(str(loudest[0]), first, last, operations)), float(loudest[1])
        left = score(
            np.array([bad - c]),
            np.array([valid - n]),
            np.array([max(usual * (1 - n / valid), 1e-9)]),
        )[0]
        if left / noise < need:
            return f"one client made {c / bad:.0%} of it"
    if usual >= 10:
        worst = _worst_usual(grid, expected, scope, stop - start, is_usual)
        # Where much is expected, the worst is close to 1, and twice it would be more than there's doubt.
        if worst and bad / usual < min(2 * worst, 1 + 3 * max(worst - 1, 0.0) + 4 / np.sqrt(usual)):
            return "other stretches as long were half as bad"
    return ""


def _worst_usual(grid: Grid, expected: np.ndarray, scope: int | None, length: int, is_usual: np.ndarray) -> float:
    """The highest ratio of bad to expected in a usual stretch of that length; 0 where there's none."""
    bad, _, usual = _counts(grid, expected, scope)
    sums = [np.concatenate(([0.0], np.cumsum(v))) for v in (bad, usual, (~is_usual).astype(float))]
    if len(bad) < length:
        return 0.0
    k, e, taken = (total[length:] - total[:-length] for total in sums)
    fits = (taken == 0) & (e > 0)
    return float((k[fits] / e[fits]).max()) if fits.any() else 0.0


def _merge(
    grid: Grid,
    expected: np.ndarray,
    noise: float,
    pieces: list[tuple[int, int, float]],
    channel: str,
) -> list[Window]:
    """Pieces at most 5 minutes apart as one window, its scope the operations that show the excess."""
    groups: list[list[tuple[int, int, float]]] = []
    for piece in sorted(pieces):
        if groups and piece[0] - groups[-1][-1][1] < _MERGE_MINUTES + 1:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_make_window(grid, expected, noise, group, channel) for group in groups]


def _make_window(
    grid: Grid,
    expected: np.ndarray,
    noise: float,
    group: list[tuple[int, int, float]],
    channel: str,
) -> Window:
    start, stop = group[0][0], group[-1][1]
    bad, valid, usual = (values[start:stop].sum(axis=0) for values in (grid.bad, grid.valid, expected))
    odds = score(bad, valid, np.maximum(usual, 1e-9)) / noise
    shows = (odds >= 3 + np.log(max(len(bad), 1))) & (bad >= 1.5 * usual)
    if not shows.any():
        shows[:] = True
    rest = ~shows
    if rest.any():
        others = score(
            np.array([bad[rest].sum()]),
            np.array([valid[rest].sum()]),
            np.array([max(usual[rest].sum(), 1e-9)]),
        )
        if others[0] / noise >= SURE:
            shows[:] = True
    operations = [name for name, is_in in zip(grid.operations, shows, strict=True) if is_in]
    excess = grid.bad[start:stop][:, shows].sum(axis=1) - expected[start:stop][:, shows].sum(axis=1)
    return Window(
        channel,
        operations,
        (int(grid.minutes[start]), int(grid.minutes[stop - 1])),
        [(int(grid.minutes[a]), int(grid.minutes[b - 1])) for a, b, _ in group],
        float(
            score(
                np.array([bad[shows].sum()]),
                np.array([valid[shows].sum()]),
                np.array([usual[shows].sum()]),
            )[0]
            / noise
        ),
        float(usual[shows].sum()),
        float(bad[shows].sum()),
        float(valid[shows].sum()),
        excess={n: float(b - u) for n, b, u in zip(grid.operations, bad, usual, strict=True)},
        by_minute={int(m): float(x) for m, x in zip(grid.minutes[start:stop], excess, strict=True)},
    )


def _place_edges(window: Window, trials: Channel, grid: Grid, rates: np.ndarray) -> None:
    first, last = window.minutes
    rows = slice(np.searchsorted(grid.minutes, first), np.searchsorted(grid.minutes, last, side="right"))
    broken = (grid.bad[rows].sum(axis=0) + 0.5) / (grid.valid[rows].sum(axis=0) + 1)
    broken = np.clip(np.maximum(broken, rates * 1.5), 1e-9, 1 - 1e-6)
    gain_bad, gain_good = np.log(broken / rates), np.log((1 - broken) / (1 - rates))
    bounds = (first * 60_000_000, (last + 1) * 60_000_000)
    bad = trials.bad[trials.bad["minute_no"].between(first - 6, last + 6)]
    bad = bad[bad["operation"].isin(window.operations)]
    weight_bad = bad["weight_bad"].to_numpy(float)
    for is_start, column, edge_minute in ((True, "bad_at", first), (False, "bad_until", last)):
        bad_at = bad[column].to_numpy(float).astype(np.int64)
        good_at, gain = _spread(trials.between(edge_minute - 6, edge_minute + 6, window.operations), gain_good)
        edge = find_edge(
            bad_at, weight_bad * gain_bad[bad["place"].to_numpy()], good_at, gain, bounds, is_start=is_start
        )
        if trials.name != "fail" and (weight_bad[bad_at == edge.at] > 1).any():
            # Of many slow ones that one row tells of, only the longest has a time: any of its minute may be it.
            minute = edge.at // 60_000_000 * 60_000_000
            edge = edge._replace(earliest=min(edge.earliest, minute), latest=max(edge.latest, minute + 60_000_000))
        if is_start:
            window.start = edge
        else:
            window.end = edge


def _spread(trials: pd.DataFrame, gain_by_place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When good ones were (µs), and what they speak for; of many that one row tells of, evenly from first to last."""
    weight = (trials["weight"] - trials["weight_bad"]).to_numpy(float)
    good, weight = trials[weight > 0], weight[weight > 0]
    gain = weight * gain_by_place[good["place"].to_numpy()]
    begin = good["good_at"].to_numpy(float)
    if not (weight > 1).any():
        return begin.astype(np.int64), gain
    finish = np.fmax(good["good_until"].to_numpy(float), begin)
    parts = np.where(weight > 1, _PLACES, 1)
    steps = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    share = steps / np.repeat(np.maximum(parts - 1, 1), parts)
    at = np.repeat(begin, parts) + share * np.repeat(finish - begin, parts)
    return at.astype(np.int64), np.repeat(gain / parts, parts)
