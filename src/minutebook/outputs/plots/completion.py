"""completion by week → a small plot: action items that exist, those done, and their ratio above each week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_completion(weeks: pd.DataFrame, *, axes: Any = None) -> Figure | Any:
    """Bars a week: ``items``, and within them ``done``; columns as `postmortem.actions.review.count_weeks` gives them.

    Gives a matplotlib Figure, or draws onto ``axes`` and gives them back.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from minutebook.outputs.plots.figures import own_looks

    with own_looks():
        figure = None
        if axes is None:
            figure = Figure(figsize=(max(3.6, 0.55 * len(weeks) + 1.6), 2.6), layout="constrained")
            FigureCanvasAgg(figure)
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
    return figure if figure is not None else axes
