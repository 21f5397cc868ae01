"""What is usual: failure rates by operation outside of every window, and how noisy minutes are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from minutebook.assessment.scan import Stretch

PRIOR = 200  # trials: the weight by which an operation's rate is drawn to that of the whole service
BLOCK = 5  # minutes, between which variation is measured


@dataclass(frozen=True)
class Grid:
    """Trials of one service: ``valid`` and ``bad`` by (minute, operation); ``minutes`` count from 1970."""

    minutes: np.ndarray
    operations: list[str]
    valid: np.ndarray
    bad: np.ndarray
    #: (which minutes are usual, the lowest score asked for) → by operation the stretch that stands out most.
    found: dict[tuple[bytes, float], dict[int | None, Stretch | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def total_valid(self) -> np.ndarray:
        """Valid trials by minute."""
        return self.valid.sum(axis=1)

    @cached_property
    def total_bad(self) -> np.ndarray:
        """Bad trials by minute."""
        return self.bad.sum(axis=1)


@dataclass(frozen=True)
class Usual:
    """What is usual in a grid: the minutes in the mask, and the rates of failure."""

    grid: Grid
    mask: np.ndarray
    rates: np.ndarray  #: of each operation

    @cached_property
    def expected(self) -> np.ndarray:
        """Bad trials by minute and operation at those rates."""
        return self.grid.valid * self.rates

    @cached_property
    def total_expected(self) -> np.ndarray:
        """Bad trials by minute at those rates."""
        return self.expected.sum(axis=1)

    @cached_property
    def noise(self) -> float:
        """How much more than Poisson the usual minutes vary (at least 1)."""
        return find_noise(self.grid.total_bad, self.total_expected, self.mask)

    def counts(self, scope: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``bad, valid, expected`` by minute: of one operation by its place, or (None) of all."""
        if scope is None:
            return self.grid.total_bad, self.grid.total_valid, self.total_expected
        return self.grid.bad[:, scope], self.grid.valid[:, scope], self.expected[:, scope]


def find_rates(grid: Grid, is_usual: np.ndarray) -> np.ndarray:
    """The failure rate of each operation in the usual minutes."""
    valid, bad = grid.valid[is_usual].sum(axis=0), grid.bad[is_usual].sum(axis=0)
    # Half a failure more than was seen: a service that never failed has some rate too.
    whole = (bad.sum() + 0.5) / (valid.sum() + 1.0)
    rates = (bad + PRIOR * whole) / (valid + PRIOR)
    return np.asarray(np.minimum(rates, 0.999))


def find_noise(bad: np.ndarray, expected: np.ndarray, is_usual: np.ndarray) -> float:
    """How much more than Poisson the usual blocks vary (at least 1); the top 5 % trimmed."""
    keep = is_usual.astype(float)
    k, e = add_up_blocks(bad * keep), add_up_blocks(expected * keep)
    enough = e > 0.2
    if enough.sum() < 4:
        return 1.0
    spread = np.sort((k[enough] - e[enough]) ** 2 / e[enough])
    kept = spread[: max(int(len(spread) * 0.95), 1)]
    return max(1.0, 1.25 * float(kept.mean()))


def add_up_blocks(values: np.ndarray) -> np.ndarray:
    """Sums over blocks of five minutes; the last block may be shorter."""
    count = -(-len(values) // BLOCK)
    padded = np.zeros(count * BLOCK)
    padded[: len(values)] = values
    return np.asarray(padded.reshape(count, BLOCK).sum(axis=1))
