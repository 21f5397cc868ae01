"""OpenSLO and Sloth files: thresholds, and the budget that an incident spent."""

from __future__ import annotations

from pathlib import Path

import pytest
from evidence import breaking, requests

import minutebook as mb
from minutebook.settings.config import Config
from minutebook.settings.rules import Rules

SHOP = breaking(requests(), 2400, 3000)
OPENSLO = """
apiVersion: openslo/v1
kind: SLO
metadata:
  name: fast-enough
spec:
  service: shop
  budgetingMethod: Timeslices
  timeWindow:
    - duration: 7d
      isRolling: true
  objectives:
    - op: lte
      value: 0.1
      target: 0.99
"""
SLOTH = """
version: "prometheus/v1"
service: "shop"
slos:
  - name: "available"
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
"""


def config(tmp_path: Path, text: str) -> Config:
    (tmp_path / "own.slo.yaml").write_text(text)
    (tmp_path / "minutebook.toml").write_text("[sli]\nobjectives = ['own.slo.yaml']\n")
    return Config.load(tmp_path / "minutebook.toml")


def test_the_budget_is_the_bad_events_over_those_allowed_in_the_period_at_the_rate_seen(tmp_path: Path) -> None:
    impact = mb.impact(SHOP, config=config(tmp_path, SLOTH))
    (entry,) = impact["budget"]
    assert (entry["kind"], entry["bad"], entry["target"]) == ("fail", impact["windows"][0]["bad"], 0.999)
    assert entry["allowed"] == pytest.approx(0.001 * len(SHOP) / (90 * 60) * 30 * 86400, rel=0.02)
    assert entry["spent"] == pytest.approx(entry["bad"] / entry["allowed"], abs=1e-3)
    assert "90 min" in entry["assumption"]
    assert any("30 days" in note for note in entry["notes"])


def test_a_stated_latency_is_the_threshold_and_what_is_unsupported_is_said(tmp_path: Path) -> None:
    slow = breaking(requests(), 2400, 3000, duration=0.11)
    impact = mb.impact(slow, config=config(tmp_path, OPENSLO))
    assert [window["kind"] for window in impact["windows"]] == ["slow"]
    (entry,) = impact["budget"]
    assert (entry["over_s"], entry["period_s"], entry["kind"]) == (0.1, 7 * 86400, "slow")
    assert any("Timeslices" in note for note in entry["notes"])


def test_an_objective_of_a_service_that_is_not_there_has_no_budget(tmp_path: Path) -> None:
    (entry,) = mb.impact(SHOP, config=config(tmp_path, SLOTH.replace('"shop"', '"pay"')))["budget"]
    assert (entry["spent"], entry["bad"]) == (None, None)
    assert "'pay'" in entry["assumption"]


@pytest.mark.parametrize(
    ("text", "word"),
    [("a: &x 1", "anchor"), ("apiVersion: v1\nkind: Pod", "neither"), (SLOTH.replace("99.9", "high"), "no number"),
     (OPENSLO.replace("0.99", "99"), "between 0 and 1"), (OPENSLO.replace("7d", "soon"), "timeWindow")],
)  # fmt: skip
def test_what_is_no_objective_is_refused_in_one_line(text: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(mb.MinutebookError, match=word) as refused:
        mb.impact(SHOP, config=config(tmp_path, text))
    assert "own.slo.yaml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(mb.MinutebookError, match=r"gone\.yaml"):
        mb.impact(SHOP, config=Config(sli=Rules(objectives=("gone.yaml",))))
