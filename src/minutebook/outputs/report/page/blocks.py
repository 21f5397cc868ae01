"""facts, lists, cells → blocks that several sections use: figures, lists, tables and their heads."""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.outputs.report.facts.fact import Fact
from minutebook.outputs.report.markup import Html, element, time_of

#: Columns that are aligned to the right.
NUMBERS = frozenset({"requests", "failed", "share", "slow", "highest p95", "alerts", "lines", "in events", "skipped",
                      "rejected", "events", "copies", "from", "to", "count", "users"})  # fmt: skip


def show_figures(figures: Sequence[Fact]) -> Html:
    """Figures at a glance: each with its name above and its meaning below."""
    return element(
        "dl",
        *(
            element(
                "div",
                element("dt", fact.name),
                element("dd", element("strong", fact.value), element("span", fact.meaning)),
            )
            for fact in figures
        ),
        class_=f"figures of-{len(figures)}",
    )


def show_list(items: Sequence[str], class_: str = "") -> Html:
    """A list of sentences."""
    return element("ul", *(element("li", item) for item in items), class_=class_)


def show_facts(caption: str, rows: Sequence[Fact]) -> Html:
    """A table of facts: what, how much, what that means."""
    body = (
        element("tr", element("th", row.name.strip(), scope="row", class_="part" if row.name.startswith(" ") else ""),
                element("td", time_of(row.time, row.value) if row.time is not None else row.value),
                element("td", row.meaning))
        for row in rows
    )  # fmt: skip
    head = row_of_heads(["what", "value", "meaning"], class_="visually-hidden")
    return element("table", element("caption", caption), head, element("tbody", *body), class_="facts")


def row_of_heads(names: Sequence[str], class_: str = "") -> Html:
    """A table's head; the names of number columns are aligned to the right, as the numbers are."""
    heads = (element("th", name, scope="col", class_="number" if name in NUMBERS else "") for name in names)
    return element("thead", element("tr", *heads), class_=class_)


def scrolled(table: Html, label: str) -> Html:
    """A table that scrolls by itself, and by keyboard too, so that the page never does."""
    return element("div", table, class_="scrolled", role="region", tabindex="0", aria_label=label)
