"""Every built-in log format: its samples become what they state, and no other format claims them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from minutebook.detection import detect_format, fit_plan
from minutebook.logformats import LogFormat, load_formats
from minutebook.plans.drafts import make_plan
from minutebook.reading.samples import try_samples
from minutebook.records.text import compile_pieces, match_lines
from minutebook.sources.lines import split_lines
from minutebook.times import layouts

FORMATS = load_formats(samples=True)
PATTERNS = [
    pytest.param(log_format, index, id=f"{log_format.name}-{index + 1}")
    for log_format in FORMATS
    for index in range(len(log_format.patterns))
]
SAMPLES = [
    pytest.param(log_format, str(sample["text"]), id=f"{log_format.name}-{number}")
    for log_format in FORMATS
    for number, sample in enumerate(log_format.samples, 1)
]

#: Samples of the key that the format of the value fits just as well, and why that does no harm.
ALSO_FITS: dict[str, set[str]] = {
    "cri": {"logfmt"},  # what it wraps has a time of its own
    "kubectl": {"logfmt"},  # the same
    "java": {"python_logging"},  # one layout of both; the closer one reads more of it
    "oslo": {"pgbouncer"},  # a bare level and a bracket
    "docker_json": {"json_lines"},  # its lines are JSON; the wrapper comes first
    "rails_completed": {"ruby"},  # which it refines
}


def read_lines(text: str) -> pa.StringArray:
    return split_lines(text.strip("\n").encode()).text


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda each: each.name)
def test_samples_become_what_they_state(log_format: LogFormat) -> None:
    tried = try_samples(log_format)
    assert len(tried), "a format needs a [[sample]]"
    assert tried.loc[~tried["as_stated"], "problem"].tolist() == []


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda each: each.name)
def test_samples_state_their_time(log_format: LogFormat) -> None:
    assert all("time" in event for sample in log_format.samples for event in sample["event"])


@pytest.mark.parametrize(("log_format", "text"), SAMPLES)
def test_sample_is_detected_as_its_own_format(log_format: LogFormat, text: str) -> None:
    found = detect_format(read_lines(text).to_pylist(), FORMATS)
    assert found.nearest == log_format.name
    assert found.plans


@pytest.mark.parametrize(("log_format", "text"), SAMPLES)
def test_no_other_format_claims_a_sample(log_format: LogFormat, text: str) -> None:
    lines = read_lines(text)
    own = _weigh(log_format, lines)
    rivals = {other.name for other in FORMATS if other is not log_format and _weigh(other, lines) >= own}
    assert rivals <= ALSO_FITS.get(log_format.name, set())


def _weigh(log_format: LogFormat, lines: pa.StringArray) -> float:
    plan = make_plan(log_format, lines)
    return log_format.weight * fit_plan(plan, lines).score if plan else 0.0


@pytest.mark.parametrize(("log_format", "index"), PATTERNS)
def test_pattern_has_a_sample(log_format: LogFormat, index: int) -> None:
    used = {
        int(pattern)
        for sample in log_format.samples
        for pattern in match_lines(read_lines(str(sample["text"])), log_format).pattern
    }
    assert index in used


@pytest.mark.parametrize(("log_format", "index"), PATTERNS)
def test_pattern_compiles_and_knows_its_layout(log_format: LogFormat, index: int) -> None:
    pattern = log_format.patterns[index]
    assert pattern.time in layouts()
    for piece in compile_pieces(pattern):
        pc.extract_regex(pa.array([""]), piece)


def test_what_reads_evidence_has_all_of_a_format_but_its_samples() -> None:
    assert load_formats() == tuple(replace(each, samples=()) for each in FORMATS)
