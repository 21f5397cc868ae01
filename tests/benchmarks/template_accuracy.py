"""Prints how well messages are grouped by template, beside Drain3 on the same files.

    python tests/benchmarks/template_accuracy.py FOLDER

FOLDER is laid out as loghub is: `NAME/NAME_2k.log_structured.csv` (or the same without folders), with the
columns Content and EventId. Each cell is the grouping accuracy, that is the share of messages whose group
has exactly the members of their true group; then how many templates were found, and in which time.

Drain3 (`pip install drain3`) runs twice: as it comes (similarity 0.4, depth 4, no masks), and with what its
project publishes as an example (masks of ids, addresses, hexadecimal and plain numbers; `_` as a delimiter).
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from minutebook.summary.templates import find_templates

Grouping = Callable[[Sequence[str]], Sequence[object]]

_WORD_BEGINS, _WORD_ENDS = r"((?<=[^A-Za-z0-9])|^)", r"((?=[^A-Za-z0-9])|$)"
_EXAMPLE_MASKS = (
    (r"(([0-9a-f]{2,}:){3,}([0-9a-f]{2,}))", "ID"),
    (r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})", "IP"),
    (r"([0-9a-f]{6,} ?){3,}", "SEQ"),
    (r"([0-9A-F]{4} ?){4,}", "SEQ"),
    (r"(0x[a-f0-9A-F]+)", "HEX"),
    (r"([\-\+]?\d+)", "NUM"),
)


def score(found: Sequence[object], true: Sequence[object]) -> float:
    """Grouping accuracy: the share of messages in groups that are exactly a true group."""
    frame = pd.DataFrame({"found": found, "true": true})
    is_pure = frame.groupby("found")["true"].transform("nunique") == 1
    is_whole = frame.groupby("true")["found"].transform("nunique") == 1
    return float((is_pure & is_whole).mean())


def group_here(messages: Sequence[str]) -> Sequence[object]:
    """The template of each message, ours."""
    return find_templates(pa.array(messages)).indices.to_pylist()


def group_by_drain3(messages: Sequence[str], *, with_masks: bool) -> Sequence[object]:
    """The cluster that Drain3 puts each message into."""
    from drain3 import TemplateMiner
    from drain3.masking import MaskingInstruction
    from drain3.template_miner_config import TemplateMinerConfig

    config = TemplateMinerConfig()
    if with_masks:
        config.drain_extra_delimiters = ["_"]
        config.masking_instructions = [
            MaskingInstruction(_WORD_BEGINS + pattern + _WORD_ENDS, mask) for pattern, mask in _EXAMPLE_MASKS
        ]
    miner = TemplateMiner(config=config)
    return [miner.add_log_message(message)["cluster_id"] for message in messages]


def find_competitors() -> dict[str, Grouping | None]:
    """What is compared, by name; None for what isn't installed."""
    try:
        import drain3  # noqa: F401
    except ImportError:
        return {"Drain3 (not installed)": None}
    return {
        "Drain3": lambda messages: group_by_drain3(messages, with_masks=False),
        "Drain3 with masks": lambda messages: group_by_drain3(messages, with_masks=True),
    }


def main() -> None:
    """Print the table."""
    files = sorted(Path(sys.argv[1]).rglob("*.log_structured.csv"))
    columns: dict[str, Grouping | None] = {"minutebook": group_here, **find_competitors()}
    print(f"{'':12}{'messages':>9}{'events':>7}" + "".join(f"{name:>26}" for name in columns))
    totals: dict[str, list[float]] = {name: [] for name in columns}
    for path in files:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        messages, true = [row["Content"] for row in rows], [row["EventId"] for row in rows]
        print(f"{path.name.split('_')[0]:12}{len(rows):>9}{len(set(true)):>7}", end="")
        for name, group in columns.items():
            if group is None:
                print(f"{'-':>26}", end="")
                continue
            group(messages)  # a warm-up
            began = time.perf_counter()
            found = group(messages)
            seconds = time.perf_counter() - began
            totals[name].append(score(found, true))
            print(f"{totals[name][-1]:>11.3f} {len(set(found)):>5} {seconds:>6.3f} s", end="")
        print(flush=True)
    means = (f"{sum(scores) / len(scores):>11.3f}{'':15}" if scores else f"{'-':>26}" for scores in totals.values())
    print(f"{'mean':28}" + "".join(means).rstrip())


if __name__ == "__main__":
    main()
