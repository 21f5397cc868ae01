"""the impact's figures, windows and milestones → the section that says who was hit, when and how hard."""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.facts.impact import Window
from minutebook.outputs.report.markup import Html, element
from minutebook.outputs.report.page.blocks import show_facts, show_figures, show_list


def show_impact(facts: Facts) -> Iterator[Html]:
    """Figures, each window with its evidence, milestones, and what was looked at and is no impact."""
    yield show_figures(facts.figures)
    for window in facts.windows:
        yield _window(window)
    tables = [("Milestones", facts.milestones), ("All windows together", facts.total)]
    yield element("div", *(show_facts(caption, rows) for caption, rows in tables if rows), class_="beside")
    if facts.rejected:
        yield element(
            "details",
            element("summary", f"What was looked at and isn't impact: {len(facts.rejected)}"),
            show_list(facts.rejected),
        )


def _window(window: Window) -> Html:
    first, *others = window.sentences
    text = element(
        "div",
        element("h3", window.heading),
        element("p", window.scope, class_="scope"),
        element("p", first, class_="evidence"),
        *(element("p", sentence) for sentence in others),
    )
    return element("article", text, show_facts("Its figures, with bounds", window.facts))
