"""batches of a log's lines → tables of its events, in their order; a few at a time on threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace

import pyarrow as pa

from minutebook.machine.threads import map_ahead
from minutebook.plans import Plan
from minutebook.reading.account import Account
from minutebook.reading.recipes import Recipe, parse_lines
from minutebook.sources.lines import Lines


def parse_batches(
    batches: Iterator[tuple[Lines, tuple[Plan, ...]]], recipe: Recipe, pool: Executor, account: Account
) -> Iterator[pa.Table]:
    """The tables; what became of the batches' lines is added to the account."""
    if recipe.carries_year or recipe.day is not None:
        # The year or the day carries over from batch to batch, so they can't be parsed side by side.
        for batch, plans in batches:
            table, part = parse_lines(batch, replace(recipe, plans=plans))
            account.add(part)
            if part.day_after:
                recipe = replace(recipe, day=part.day_after[0], clock=part.day_after[1])
            if recipe.carries_year and table.num_rows:
                last = table.column("time")[-1].as_py()
                recipe = replace(recipe, year=last.year, month=last.month)
            yield table
        return

    def parse(batch: tuple[Lines, tuple[Plan, ...]]) -> tuple[pa.Table, Account]:
        return parse_lines(batch[0], replace(recipe, plans=batch[1]))

    for table, part in map_ahead(pool, parse, batches):
        account.add(part)
        yield table
