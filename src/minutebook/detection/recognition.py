"""a log's format as a sample of it told, and lines from elsewhere in it → whether those are read alike.

To detect a format is to try all of them on many lines. That a known one holds is told by a few lines, which no other
format fits as well, and by the rest being read, none left over, by the very plan that they would have made.
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

#: Of the lines that other formats are tried on: runs, so that what goes on from a line stays behind it.
_RUNS, _LINES_OF_RUN = 6, 4


def recognise(known: Detection, lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection | None:
    """``known`` with the score that it has on these lines; None where they have to tell their formats themselves."""
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
    """Places of a few of so many lines."""
    starts = np.unique(np.linspace(0, max(count - _LINES_OF_RUN, 0), _RUNS).astype(np.int64))
    places = starts[:, None] + np.arange(_LINES_OF_RUN)
    return pa.array(np.unique(places[places < count]))


def _reads_alike(plan: Plan, made: Plan) -> bool:
    """Whether a plan is what another one is, but for keys that only its own lines had."""
    return made.keys.items() <= plan.keys.items() and replace(made, keys=plan.keys, inner=plan.inner) == plan
