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

Batches = Iterator[tuple[Lines, tuple[Plan, ...]]]
_FEW_LINES = 100  # that show in which month a log begins


def parse_batches(batches: Batches, recipe: Recipe, pool: Executor, account: Account) -> Iterator[pa.Table]:
    """The tables; what became of the batches' lines is added to the account."""
    if recipe.day is not None:
        yield from _parse_in_turn(batches, recipe, account)
    elif recipe.carries_year:
        yield from _parse_by_year(batches, recipe, pool, account)
    else:
        for table, part in map_ahead(pool, lambda each: parse_lines(each[0], replace(recipe, plans=each[1])), batches):
            account.add(part)
            yield table


def _parse_by_year(batches: Batches, recipe: Recipe, pool: Executor, account: Account) -> Iterator[pa.Table]:
    """The same where stamps lack a year, which carries over from batch to batch.

    It hardly ever changes, nor does the month: a batch is parsed as if the one before it ended in the month that was last
    seen, and once more if it didn't.
    """
    guess: Recipe | None = None

    def list_guesses() -> Iterator[tuple[Lines, Recipe]]:
        nonlocal guess
        for lines, plans in batches:
            yield lines, replace(guess or recipe, plans=plans)
            if guess is None:
                begun, _ = parse_lines(lines.slice(0, min(_FEW_LINES, len(lines))), replace(recipe, plans=plans))
                guess = _carry_year(recipe, begun)

    def parse(lines: Lines, guessed: Recipe) -> tuple[Lines, Recipe, pa.Table, Account]:
        return lines, guessed, *parse_lines(lines, guessed)

    for lines, guessed, table, part in map_ahead(pool, lambda each: parse(*each), list_guesses()):
        if (guessed.year, guessed.month) != (recipe.year, recipe.month):
            table, part = parse_lines(lines, replace(recipe, plans=guessed.plans))
        account.add(part)
        recipe = guess = _carry_year(recipe, table)
        yield table


def _parse_in_turn(batches: Batches, recipe: Recipe, account: Account) -> Iterator[pa.Table]:
    """The same where stamps are a time of day alone: each batch begins where the one before it ended."""
    for batch, plans in batches:
        table, part = parse_lines(batch, replace(recipe, plans=plans))
        account.add(part)
        if part.day_after:
            recipe = replace(recipe, day=part.day_after[0], clock=part.day_after[1])
        recipe = _carry_year(recipe, table) if recipe.carries_year else recipe
        yield table


def _carry_year(recipe: Recipe, table: pa.Table) -> Recipe:
    """The recipe for what follows on a table's events: they begin in its last year and month."""
    if not table.num_rows:
        return recipe
    last = table.column("time")[-1].as_py()
    return replace(recipe, year=last.year, month=last.month)
