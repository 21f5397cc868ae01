"""Summary → pairs of logs that may hold the same requests of a service: as many in each minute, but no shared ids.

Without shared ids, two logs of the same requests look like two instances that share the load evenly. Both are counted,
and the ledger says so. Logs are sorted by their number of requests and only neighbours compared, never each with each.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from minutebook.sli.layers import Layers

_FEWEST_MINUTES, _FEWEST_REQUESTS = 10, 200
_EVEN = 0.25  # of the difference that two logs with as many random requests would have
_TOLD = 3


def tell_even_logs(rows: pd.DataFrame, layers: Layers) -> list[str]:
    """Sentences for the ledger on logs that may hold the same requests; ``rows`` are a Summary's coverage."""
    pairs = _find_even(layers.pick(rows[(rows["requests"] > 0) & rows["service"].notna()]))
    told = [
        f"{one} and {other} have as good as the same number of {service}'s requests in each minute, and nothing proves"
        " whether they are the same ones: each counts. If they are, leave one of the logs out."
        for service, one, other in pairs[:_TOLD]
    ]
    return [*told, *([f"{len(pairs) - _TOLD:,} further pairs of logs are as even."] if len(pairs) > _TOLD else [])]


def _find_even(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(service, log, other log) of logs whose requests per minute differ less than random ones would."""
    logs = rows.groupby(["service", "source"], observed=True).agg(
        requests=("requests", "sum"), host=("host", "first"), hosts=("host", "nunique")
    )
    logs = logs[logs["requests"] >= _FEWEST_REQUESTS].reset_index().sort_values(["service", "requests", "source"])
    host = logs["host"].where(logs["hosts"] == 1)
    next_host, is_same = host.shift(-1), logs["service"].eq(logs["service"].shift(-1))
    may_be_even = (is_same & (host.eq(next_host) | host.isna() | next_host.isna())).to_numpy()
    if not may_be_even.any():
        return []
    place = pd.Series(range(len(logs)), index=pd.MultiIndex.from_frame(logs[["service", "source"]]))
    own = place.reindex(pd.MultiIndex.from_frame(rows[["service", "source"]])).fillna(-2).to_numpy(np.int64)
    # Each row counts in two pairs: the one in which its log is first, and the one in which it's second.
    pair, requests = np.concatenate((own, own - 1)), rows["requests"].to_numpy()
    signed, minute = np.concatenate((requests, -requests)), np.tile(rows["minute"].to_numpy(), 2)
    is_in = (pair >= 0) & may_be_even[pair.clip(0)]
    cells = pd.DataFrame({"pair": pair, "minute": minute, "signed": signed, "sum": np.abs(signed)})[is_in]
    cells = cells.groupby(["pair", "minute"], sort=False).sum().reset_index("pair")
    # The mean difference of two Poisson counts is that of a normal variable with the variance of their sum.
    cells = cells.assign(apart=cells["signed"].abs(), by_chance=np.sqrt(2 / np.pi * cells["sum"]), minutes=1)
    sums = cells.groupby("pair").sum()
    even = sums.index[(sums["minutes"] >= _FEWEST_MINUTES) & (sums["apart"] <= _EVEN * sums["by_chance"])]
    service, source = (logs[name].astype("str").to_numpy() for name in ("service", "source"))
    return [(service[at], *sorted((source[at], source[at + 1]))) for at in even.tolist()]
