"""trials → impact windows: stretches that are no coincidence, and the candidates that were rejected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from minutebook.assessment.baseline import Grid, Usual, find_rates
from minutebook.assessment.calm import find_first_usual, is_material
from minutebook.assessment.channels import Channel
from minutebook.assessment.edges import Edge, find_edges
from minutebook.assessment.facts import FEWEST_USERS
from minutebook.assessment.scan import MERGE_MINUTES, SURE, WEAK, find_best, narrow, score, score_one
from minutebook.times.utc import MINUTE_US

_ROUNDS = 8
_MOST_CANDIDATES = 200  # of a round, the likeliest first


@dataclass
class Window:
    """One impact window of a service, as found."""

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
    #: minute → excess, in scope; nothing is known of minutes without requests
    by_minute: dict[int, float] = field(default_factory=dict)


@dataclass
class Rejected:
    """A candidate that stands out but isn't impact, and why."""

    minutes: tuple[int, int]
    operations: list[str]
    odds: float
    reason: str


def find_windows(
    trials: Channel, minutes: np.ndarray, *, sure: float = SURE, base: np.ndarray | None = None
) -> tuple[list[Window], list[Rejected]]:
    """(windows, rejected candidates) of one service's trials.

    ``sure`` are the ln odds asked for; only minutes in ``base`` (of ``minutes``, default all) may be usual.
    """
    grid = trials.make_grid(minutes)
    may_be = np.ones(len(minutes), bool) if base is None else base
    is_usual = find_first_usual(grid) & may_be
    is_usual = is_usual if is_usual.any() else may_be
    windows: list[Window] = []
    rejected: list[Rejected] = []
    for round_number in range(_ROUNDS):
        usual = Usual(grid, is_usual, find_rates(grid, is_usual))
        found, rejected = _scan(usual, trials, sure * (2 if round_number == 0 else 1))
        found = [_settle_edges(window, trials, usual) for window in found]
        now = may_be.copy()
        for window in found:
            for first, last in _covered(window):
                now[np.searchsorted(minutes, first) : np.searchsorted(minutes, last, side="right")] = False
        if round_number > 0 and (now == is_usual).all():
            windows = found
            break
        windows, is_usual = found, now if now.any() else is_usual
    return sorted(windows, key=lambda w: w.start.at), rejected


def _covered(window: Window) -> list[tuple[int, int]]:
    """Minutes of the window's pieces, the outer ones reaching to its edges."""
    pieces = list(window.pieces)
    pieces[0] = (min(pieces[0][0], window.start.at // MINUTE_US), pieces[0][1])
    pieces[-1] = (pieces[-1][0], max(pieces[-1][1], window.end.at // MINUTE_US))
    return pieces


def _settle_edges(window: Window, trials: Channel, usual: Usual) -> Window:
    """The window with its edges; where they reach beyond its minutes, counted and scoped over those too."""
    minutes = usual.grid.minutes
    for _ in range(2):
        _place_edges(window, trials, usual)
        first, last = _covered(window)[0][0], _covered(window)[-1][1]
        if (first, last) == window.minutes:
            return window
        start, stop = int(np.searchsorted(minutes, first)), int(np.searchsorted(minutes, last, side="right"))
        outside = usual.mask.copy()
        outside[start:stop] = False
        pieces = _covered(window)
        window = _make_window(replace(usual, mask=outside), [(start, stop, 0.0)], window.channel)
        window.pieces = pieces
    _place_edges(window, trials, usual)
    return window


def _place_edges(window: Window, trials: Channel, usual: Usual) -> None:
    window.start, window.end = find_edges(trials, usual.grid, usual.rates, window.pieces, window.operations)


def _scan(usual: Usual, trials: Channel, need: float) -> tuple[list[Window], list[Rejected]]:
    grid, noise = usual.grid, usual.noise
    is_open = np.ones(len(grid.minutes), bool)
    fees = _list_scopes(grid)
    lowest = min(need, WEAK)
    least = {scope: (lowest + fee) * noise - 1e-6 for scope, fee in fees.items()}
    asked = usual.mask.tobytes(), lowest
    if asked not in grid.found:  # unless a search for other odds took the same minutes for usual ones
        grid.found[asked] = {scope: find_best(*usual.counts(scope), is_open, least[scope]) for scope in fees}
    best = dict(grid.found[asked])
    pieces: list[tuple[int, int, float]] = []
    rejected: list[Rejected] = []
    for _ in range(_MOST_CANDIDATES):
        ranked = [
            (stretch.llr / noise - fee, -(scope if scope is not None else -1), scope, stretch)
            for scope, fee in fees.items() if (stretch := best[scope]) is not None
        ]  # fmt: skip
        if not ranked or max(ranked)[0] < lowest:
            break
        _, _, scope, stretch = max(ranked, key=lambda entry: entry[:2])
        stretch = narrow(stretch, *usual.counts(scope), gap=MERGE_MINUTES + 1, noise=noise)
        odds = stretch.llr / noise - fees[scope]
        reason = _reject(usual, trials, scope, stretch.start, stretch.stop, need if odds >= need else WEAK)
        # A weak candidate is worth a line only if nothing else speaks against it.
        told = reason if odds >= need else _tell_weak(odds) if odds >= WEAK and not reason else ""
        if told:
            span = (int(grid.minutes[stretch.start]), int(grid.minutes[stretch.stop - 1]))
            operations = grid.operations if scope is None else [grid.operations[scope]]
            rejected.append(Rejected(span, list(operations), odds, told))
        elif odds >= need:
            pieces.append((stretch.start, stretch.stop, odds))
        is_open[stretch.start : stretch.stop] = False
        for key, old in best.items():
            if old is not None and old.start < stretch.stop and stretch.start < old.stop:
                best[key] = find_best(*usual.counts(key), is_open, least[key])
    return _merge(usual, pieces, trials.name), rejected


def _list_scopes(grid: Grid) -> dict[int | None, float]:
    """All operations together (None), and each that has failures, with what the choice among them costs of its ln odds."""
    if len(grid.operations) < 2:
        return {None: 0.0}
    own = np.flatnonzero(grid.bad.sum(axis=0) >= 2).tolist()
    return {None: 0.0, **dict.fromkeys(own, float(np.log(len(grid.operations))))}


def _tell_weak(odds: float) -> str:
    return f"weak evidence: one in {_round(np.exp(odds))} by chance, where one in a million is asked for"


def _round(number: float) -> str:
    """The number, rounded to two digits: ``41,000``."""
    scale = 10 ** max(len(str(int(number))) - 2, 0)
    return f"{round(number / scale) * scale:,}"


def _reject(usual: Usual, trials: Channel, scope: int | None, start: int, stop: int, need: float) -> str:
    """Why the stretch is no impact; "" if it is."""
    grid = usual.grid
    bad, valid, expected = (values[start:stop].sum() for values in usual.counts(scope))
    if not is_material(bad, valid, expected):
        return f"{bad / valid:.2%} is too little above the usual {expected / valid:.2%} to matter"
    first, last = int(grid.minutes[start]), int(grid.minutes[stop - 1])
    is_in = (trials.bad.minute >= first) & (trials.bad.minute <= last)
    if scope is not None:
        is_in &= trials.bad.place == scope
    weight, who = trials.bad.weight_bad[is_in], trials.bad_by[0][is_in]
    by_user = np.bincount(who[who >= 0], weight[who >= 0])
    hit = int(np.count_nonzero(by_user))
    if hit < FEWEST_USERS and (who >= 0).all():
        return f"only {hit} user{'s' * (hit != 1)} or client{'s' * (hit != 1)} saw it"
    if hit:
        loudest = int(by_user.argmax())
        operations = grid.operations if scope is None else [grid.operations[scope]]
        n, c = float(trials.count_of(trials.bad_by[1][loudest], first, last, operations)), float(by_user[loudest])
        if score_one(bad - c, valid - n, expected * (1 - n / valid)) / usual.noise < need:
            return f"one client made {c / bad:.0%} of it"
    if expected >= 10:
        worst = _find_worst(usual, scope, stop - start)
        # Where much is expected, the worst ratio is close to 1, and twice that would ask for more than is in doubt.
        if worst and bad / expected < min(2 * worst, 1 + 3 * max(worst - 1, 0.0) + 4 / np.sqrt(expected)):
            return "other stretches as long were half as bad"
    return ""


def _find_worst(usual: Usual, scope: int | None, length: int) -> float:
    """The highest ratio of bad to expected in a usual stretch of that length; 0 where there's none."""
    bad, _, expected = usual.counts(scope)
    sums = [np.concatenate(([0.0], np.cumsum(v))) for v in (bad, expected, (~usual.mask).astype(float))]
    if len(bad) < length:
        return 0.0
    k, e, taken = (total[length:] - total[:-length] for total in sums)
    fits = (taken == 0) & (e > 0)
    return float((k[fits] / e[fits]).max()) if fits.any() else 0.0


def _merge(usual: Usual, pieces: list[tuple[int, int, float]], channel: str) -> list[Window]:
    """Pieces at most 5 minutes apart as one window, its scope the operations that show the excess."""
    groups: list[list[tuple[int, int, float]]] = []
    for piece in sorted(pieces):
        if groups and piece[0] - groups[-1][-1][1] < MERGE_MINUTES + 1:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_make_window(usual, group, channel) for group in groups]


def _make_window(usual: Usual, group: list[tuple[int, int, float]], channel: str) -> Window:
    grid, noise = usual.grid, usual.noise
    start, stop = group[0][0], group[-1][1]
    bad, valid, expected = (values[start:stop].sum(axis=0) for values in (grid.bad, grid.valid, usual.expected))
    odds = score(bad, valid, np.maximum(expected, 1e-9)) / noise
    shows = (odds >= 3 + np.log(max(len(bad), 1))) & (bad >= 1.5 * expected)
    if not shows.any():
        shows[:] = True
    rest = ~shows
    if rest.any() and score_one(*(values[rest].sum() for values in (bad, valid, expected))) / noise >= SURE:
        shows[:] = True
    operations = [name for name, is_in in zip(grid.operations, shows, strict=True) if is_in]
    excess = grid.bad[start:stop][:, shows].sum(axis=1) - usual.expected[start:stop][:, shows].sum(axis=1)
    is_known = (grid.bad[start:stop] + grid.valid[start:stop])[:, shows].any(axis=1)
    return Window(
        channel,
        operations,
        (int(grid.minutes[start]), int(grid.minutes[stop - 1])),
        [(int(grid.minutes[a]), int(grid.minutes[b - 1])) for a, b, _ in group],
        score_one(*(values[shows].sum() for values in (bad, valid, expected))) / noise,
        float(expected[shows].sum()),
        float(bad[shows].sum()),
        float(valid[shows].sum()),
        excess={n: float(b - u) for n, b, u in zip(grid.operations, bad, expected, strict=True)},
        by_minute=dict(zip(grid.minutes[start:stop][is_known].tolist(), excess[is_known].tolist(), strict=True)),
    )
