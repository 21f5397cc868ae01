"""requests' messages as layers wrote them → each request counted once, on the layer that has most of them.

A web server and the application behind it that share no ids both tell ``500 GET /items``: it's the same request.
"""

from __future__ import annotations

import pandas as pd

from minutebook.events import LAYERS


def count_once(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of templates, those of requests that another layer tells alike counting nothing; as evidence they stay.

    ``template, service, layer, status, count``; of layers that have as many, the outermost one counts.
    """
    is_request = rows["status"].notna().to_numpy(bool)
    if rows.loc[is_request, "layer"].nunique() < 2:
        return rows
    requests = rows.loc[is_request, ["template", "service", "layer", "count"]].astype({"layer": "str"})
    sums = requests.groupby(["template", "service", "layer"], as_index=False, dropna=False)["count"].sum()
    sums = sums.assign(place=sums["layer"].map({name: place for place, name in enumerate(LAYERS)}))
    ordered = sums.sort_values(["count", "place"], ascending=[False, True])
    counting = ordered.drop_duplicates(["template", "service"]).set_index(["template", "service"])["layer"]
    told = requests.merge(counting.rename("counting"), left_on=["template", "service"], right_index=True, how="left")
    count = rows["count"].to_numpy(copy=True)
    count[is_request] = requests["count"].where((told["layer"] == told["counting"]).to_numpy(), 0)
    return rows.assign(count=count)
