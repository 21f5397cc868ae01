"""how complete the evidence is → what the page begins with: a verdict, what is missing, its figures."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from minutebook.outputs.instants import format_clock
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.facts.completeness import Hole
from minutebook.outputs.report.markup import Html, element, join, time_of
from minutebook.outputs.report.page.blocks import show_figures, show_list


def show_completeness(facts: Facts) -> Iterator[Html]:
    """Whether the evidence is complete, what is missing of it, and its figures."""
    told = facts.completeness
    if told.is_whole:
        verdict = "Complete: every line is accounted for, and every minute has evidence."
        yield element("p", verdict, class_="verdict whole")
    else:
        yield element("p", "Not complete. What is missing bounds what can be said.", class_="verdict")
    if told.shortfalls or told.holes:
        yield show_list([*told.shortfalls, *map(_tell_hole, told.holes)], class_="missing")
    yield show_figures(told.figures)


def _tell_hole(hole: Hole) -> Html:
    start = time_of(hole.start, format_clock(hole.start, datetime.UTC)[:5])
    unknown = f" UTC, for {hole.minutes}: nothing is known of it, neither good nor bad."
    return join(["No data from ", start, unknown])
