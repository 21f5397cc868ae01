"""definitions → a list of terms and what each of them means in this report."""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.markup import Html, element


def show_definitions(facts: Facts) -> Iterator[Html]:
    """The report's own words and those of `impact.json`."""
    terms = (part for fact in facts.definitions for part in (element("dt", fact.name), element("dd", fact.value)))
    yield element("dl", *terms, class_="definitions")
