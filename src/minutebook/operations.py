"""requests of many operations → which are told by their own names, and which together, as others.

What anybody sent as a path may be an operation, so of a service's those with the most requests have names.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from minutebook.trials import Trials

OTHERS = "(others)"
#: (service, operation) → the operation it's told under
Shown = Mapping[tuple[str, str], str]


def name_operations(counts: pd.DataFrame, most: int) -> Shown:
    """All pairs of ``counts`` (``service, operation, good, bad``); at ``most`` so many of a service by their own names."""
    pairs = counts.groupby(["service", "operation"], as_index=False, observed=True)[["good", "bad"]].sum()
    total = pairs["good"] + pairs["bad"]
    order = pairs.assign(total=total).sort_values(["service", "total", "operation"], ascending=[True, False, True])
    is_shown = order.groupby("service", observed=True).cumcount() < most
    return {
        (service, operation): operation if is_own else OTHERS
        for service, operation, is_own in zip(order["service"], order["operation"], is_shown, strict=True)
    }


def rename(rows: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """The rows under the operations that they are told under; names are categories where they were."""
    is_category = isinstance(rows["operation"].dtype, pd.CategoricalDtype)
    names = zip(rows["service"].astype(object), rows["operation"].astype(object), strict=True)
    operation = pd.Series([shown.get(pair, OTHERS) for pair in names], index=rows.index, dtype="str")
    return rows.assign(operation=operation.astype("category") if is_category else operation)


def rename_trials(trials: Trials, shown: Shown) -> Trials:
    """The same of trials."""
    return trials.change(lambda rows: rename(rows, shown), ("service", "operation"))
