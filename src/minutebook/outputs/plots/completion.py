"""completion by week → a small plot: action items that exist, those done, and their ratio above each week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from minutebook.outputs.plots.figures import make_figure, own_looks

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_completion(weeks: pd.DataFrame) -> Figure:
    """Bars a week: ``items``, and within them ``done``; columns as `postmortem.actions.review.count_weeks` gives them."""
    from matplotlib.ticker import MaxNLocator

    with own_looks():
        figure = make_figure((max(3.6, 0.55 * len(weeks) + 1.6), 2.6), "constrained")
        axes = figure.subplots()
        places = range(len(weeks))
        axes.bar(places, weeks["items"], width=0.7, color="#ffffff", edgecolor="#666666", label="items")
        axes.bar(places, weeks["done"], width=0.7, color="#0072b2", edgecolor="#0072b2", label="done")
        for place, row in zip(places, weeks.itertuples(index=False), strict=True):
            if row.items:
                axes.text(place, row.items, f"{row.ratio:.0%}", ha="center", va="bottom")
        axes.set_xticks(list(places), [week[5:] for week in weeks["week"]])
        axes.set_xlabel("week from")
        axes.set_ylabel("action items")
        axes.set_ylim(0, max(int(weeks["items"].max()) if len(weeks) else 0, 1) * 1.25)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, loc="upper left", ncols=2)
    return figure
