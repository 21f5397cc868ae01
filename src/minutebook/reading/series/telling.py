"""files that are mostly parts of one log → their common recipe, by a sample of lines from all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from minutebook.detection import Detection, detect_format
from minutebook.detection.recognition import recognise
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.plans.drafts import make_plan
from minutebook.reading import DEFERRED, ReadingContext, choose_exports, choose_formats, find_recipe, sample_lines
from minutebook.reading.account import Account
from minutebook.reading.days import is_dayless
from minutebook.reading.documents import take_documents
from minutebook.reading.recipes import SAMPLE_LINES, Recipe
from minutebook.reading.series.files import File, read_files
from minutebook.sources import Source
from minutebook.sources.lines import split_lines

_SAMPLE_LINES = 600  # of all files, by which the format is detected
_OF_FIRST = 40  # lines of the first file at least, for its header
_ENOUGH = 4 << 20  # bytes of the first files of a log, by which it's detected for all others


class Told(NamedTuple):
    """What the first files of a log show of all."""

    found: Detection
    lacks_year: bool  #: which other sources have to show


def tell_format(sources: Sequence[Source], context: ReadingContext) -> Told | None:
    """The format of most of the files by the first of them; None where they are no parts of one log."""
    files = next(read_files(sources, context, _ENOUGH), [])
    if not files:
        return None
    sample, account = _take_sample(files, _SAMPLE_LINES), files[0].account
    if is_export(sample, context, account):
        return None
    found = _detect(files, sample_lines([sample]), choose_formats(account.source, context))
    told = replace(account)
    find_recipe([sample], account.source, replace(context, is_last_call=False), told, found)
    return Told(found, told.status == DEFERRED)


def find_common_recipe(
    files: Sequence[File], context: ReadingContext, told: Account, known: Told | None
) -> Recipe | None:
    """The recipe of most of the files, by a sample of all; ``told``, the first one's account, gets their format."""
    sample = _take_sample(files, _SAMPLE_LINES)
    lines, formats = sample_lines([sample]), choose_formats(told.source, context)
    found = recognise(known.found, lines, formats) if known else None
    if found is None and is_export(sample, context, told):
        return None
    recipe = find_recipe([sample], told.source, context, told, found or _detect(files, lines, formats))
    if recipe is None:
        return None
    plan = recipe.plans[0]
    if plan.is_batch or is_dayless(recipe.plans) or (recipe.carries_year and plan.inner) or recipe.zone_beside:
        return None  # records share lines, or other stamps may tell the year or the zone, or each name its own day
    for each in files:
        each.account.format, each.account.score, each.account.units = told.format, told.score, told.units
        each.account.likely_user = told.likely_user
        each.account.runner_up = told.runner_up if len(recipe.plans) == 1 else ""
    # Nameless: name and host are filled in file by file. So is a year that few stamps lack.
    year = recipe.year if recipe.carries_year else None
    return replace(recipe, source=Source("", None), plans=(plan,), formats=(), year=year)


def is_export(content: bytes, context: ReadingContext, account: Account) -> bool:
    """Whether content with this beginning is an export, not a log."""
    exports = choose_exports(account.stated.get("format"), context)
    return bool(exports) and take_documents([content], iter(()), exports, context.config.limits) is not None


def _detect(files: Sequence[File], lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection:
    """The format by a sample of the files, and its keys by a larger one."""
    found = detect_format(lines, formats)
    if found.plans and found.plans[0].log_format.shape in ("json", "pairs") and not found.plans[0].log_format.requires:
        found = replace(found, plans=(_list_more_keys(found.plans[0], files), *found.plans[1:]))
    return found


def _list_more_keys(plan: Plan, files: Sequence[File]) -> Plan:
    """The plan with the keys of a larger sample: each file by itself would have shown all of its own."""
    closer = make_plan(plan.log_format, split_lines(_take_sample(files, SAMPLE_LINES)).text)
    return replace(plan, keys=closer.keys) if closer and closer.layout == plan.layout else plan


def _take_sample(files: Sequence[File], lines: int) -> bytes:
    """About so many lines, at least two of each file; where files are too many, of some that are evenly spread."""
    first, *others = [each.content for each in files[:: -(-2 * len(files) // lines)]]
    each = max(lines // (len(others) + 1), 2)
    return b"".join([_take_ends(first, max(each, _OF_FIRST)), *(_take_ends(other, each) for other in others)])


def _take_ends(content: bytes, lines: int) -> bytes:
    """Lines of a file's beginning and of its end."""
    head = content.split(b"\n", lines // 2)[: lines // 2]
    tail = content[:-1].rsplit(b"\n", lines - lines // 2)[-(lines - lines // 2) :]
    taken = sum(map(len, head)) + sum(map(len, tail)) + len(head) + len(tail)
    return content if taken >= len(content) else b"\n".join([*head, *tail, b""])
