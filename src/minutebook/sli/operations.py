"""requests of many operations → which are told by their own names, and which together, as others.

What anybody sent as a path may be an operation, so of a service's those with the most requests have names.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd

from minutebook.sli.trials import Trials

OTHERS = "(others)"
#: (service, operation) → the operation it's told under
Shown = Mapping[tuple[str, str], str]


def name_operations(requests: Mapping[tuple[str, str], int], most: int) -> Shown:
    """All pairs that have requests; at ``most`` so many operations of a service by their own names."""
    order = sorted(requests, key=lambda pair: (pair[0], -requests[pair], pair[1]))
    shown = {}
    for _, pairs in itertools.groupby(order, key=lambda pair: pair[0]):
        shown.update({pair: pair[1] if rank < most else OTHERS for rank, pair in enumerate(pairs)})
    return shown


def rename(rows: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """The rows under the operations that they are told under; names are categories where they were."""
    is_category = isinstance(rows["operation"].dtype, pd.CategoricalDtype)
    names = zip(rows["service"].astype(object), rows["operation"].astype(object), strict=True)
    operation = pd.Series([shown.get(pair, OTHERS) for pair in names], index=rows.index, dtype="str")
    return rows.assign(operation=operation.astype("category") if is_category else operation)


def rename_trials(trials: Trials, shown: Shown) -> Trials:
    """The same of trials."""
    return trials.change(lambda rows: rename(rows, shown), ("service", "operation"))
