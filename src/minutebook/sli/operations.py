"""requests of many operations → which are shown by name, and which together, as others.

Any path that a client sends may become an operation, so only those of a service with the most requests are named.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd

from minutebook.sli.trials import Trials

OTHERS = "(others)"
#: (service, operation) → the name it's shown under
Shown = Mapping[tuple[str, str], str]


def name_operations(requests: Mapping[tuple[str, str], int], most: int) -> Shown:
    """All pairs with requests; at ``most`` so many operations of a service keep their own names."""
    order = sorted(requests, key=lambda pair: (pair[0], -requests[pair], pair[1]))
    shown = {}
    for _, pairs in itertools.groupby(order, key=lambda pair: pair[0]):
        shown.update({pair: pair[1] if rank < most else OTHERS for rank, pair in enumerate(pairs)})
    return shown


def rename(rows: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """The rows with the names that operations are shown under; categories stay categories."""
    is_category = isinstance(rows["operation"].dtype, pd.CategoricalDtype)
    names = zip(rows["service"].astype(object), rows["operation"].astype(object), strict=True)
    operation = pd.Series([shown.get(pair, OTHERS) for pair in names], index=rows.index, dtype="str")
    return rows.assign(operation=operation.astype("category") if is_category else operation)


def rename_trials(trials: Trials, shown: Shown) -> Trials:
    """The same of trials."""
    return trials.change(lambda rows: rename(rows, shown), ("service", "operation"))
