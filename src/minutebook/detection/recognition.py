"""a log's detected format, and lines from elsewhere in the log → whether they are read alike.

To detect a format, all are tried on many lines. A known one holds if no other format fits a few of the lines as well,
and if it reads all the rest with the very plan that those lines would have made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from minutebook.detection import Detection, fit_plan, look_inside, score_formats
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.plans.drafts import make_plan
from minutebook.plans.matching import match_lines_of
from minutebook.sources.lines import strip_escapes

#: Lines that other formats are tried on: runs, so that a record's further lines stay behind its first.
_RUNS, _LINES_OF_RUN = 6, 4


def recognise(known: Detection, lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection | None:
    """``known`` with its score on these lines; None where their format has to be detected."""
    if len(known.plans) != 1:
        return None
    plan = known.plans[0]
    name, weight = plan.log_format.name, plan.log_format.weight
    text = strip_escapes(pa.array(lines, pa.string()))
    few = text.take(_pick(len(text)))
    rivals = [each for each in formats if each.name != name and each.weight >= weight]
    if any(each.share >= weight for each in score_formats(few, rivals, formats)):
        return None
    made = make_plan(next(each for each in formats if each.name == name), text)
    if made is None or not _reads_alike(plan, made):
        return None
    fit = fit_plan(plan, text)
    if len(fit.left):
        return None
    inner = look_inside(made, match_lines_of(few, [made])[0], formats).inner if plan.log_format.wraps else ()
    if [each.log_format.name for each in inner] != [each.log_format.name for each in plan.inner]:
        return None
    return replace(known, score=fit.score)


def _pick(count: int) -> pa.Array:
    """The places of a few lines, out of so many."""
    starts = np.unique(np.linspace(0, max(count - _LINES_OF_RUN, 0), _RUNS).astype(np.int64))
    places = starts[:, None] + np.arange(_LINES_OF_RUN)
    return pa.array(np.unique(places[places < count]))


def _reads_alike(plan: Plan, made: Plan) -> bool:
    """Whether two plans are the same but for keys that only the lines of one had."""
    return made.keys.items() <= plan.keys.items() and replace(made, keys=plan.keys, inner=plan.inner) == plan
