"""epochs in text → microseconds, exactly: digits are never a float."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.times.dates import read_integers

# Above each of these a number counts 10**-n seconds.
_UNITS = ((10**17, 9), (10**14, 6), (10**11, 3), (0, 0))
# More digits are no time of ours, nor an int64.
_MOST_DIGITS = 19


def read_epochs(whole: pa.Array, fraction: pa.Array) -> tuple[np.ndarray, float]:
    """Microseconds since 1970, and the finest resolution seen (s), from the digits before and behind a dot.

    The size shows the unit: above 1e17 ns, above 1e14 µs, above 1e11 ms, else s.
    """
    is_long = pc.or_(
        pc.greater(pc.binary_length(whole), _MOST_DIGITS), pc.match_substring_regex(whole, r"^[5-9]\d{18}")
    )
    numbers = read_integers(pc.if_else(is_long, "0", whole))
    digits = read_integers(pc.utf8_slice_codeunits(pc.utf8_rpad(fraction, 6, "0"), 0, 6))
    longest = pc.binary_length(fraction).to_numpy(zero_copy_only=False)
    us = np.zeros(len(numbers), np.int64)
    finest = 0
    above = np.inf
    for size, power in _UNITS:
        rows = np.flatnonzero((numbers > size) & (numbers <= above))
        above = size
        if not len(rows):
            continue
        if power == 9:
            us[rows] = numbers[rows] // 1000
        else:
            us[rows] = numbers[rows] * 10 ** (6 - power) + digits[rows] // 10**power
        finest = max(finest, power + int(longest[rows].max()))
    return us, 10.0 ** -min(finest, 6)


# A label counts from 2**62, ten seconds ahead of UTC: what its writers add, leap seconds or not.
_TAI_AHEAD = 10


def read_labels(labels: pa.Array) -> np.ndarray:
    """Microseconds since 1970 of TAI64N labels: 16 hexadecimal digits of seconds, 8 of nanoseconds."""
    digits = np.frombuffer("".join(labels.to_pylist()).encode(), np.uint8).reshape(-1, 24).astype(np.int64)
    values = np.where(digits >= ord("a"), digits - ord("a") + 10, digits - ord("0"))
    places = 16 ** np.arange(14, -1, -1, dtype=np.int64)
    # The first digit, 4, is the 2**62.
    seconds = values[:, 1:16] @ places - _TAI_AHEAD
    nanos = values[:, 16:] @ places[-8:]
    in_range = np.abs(seconds) < 2**40
    us: np.ndarray = np.where(in_range, seconds, -(2**40)) * 1_000_000 + nanos // 1000
    return us
