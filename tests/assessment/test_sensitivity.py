"""How a window's edges and users move with what was chosen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from click.testing import CliRunner
from evidence import breaking, requests

import minutebook as mb
from minutebook.cli import main

SHOP = breaking(
    breaking(requests(), 2400, 3000), 2700, 3300, share=0.6, where=lambda f: f["status"] == 200, duration=2.0
)


def test_what_a_window_rests_on_is_a_row_and_agrees_with_it() -> None:
    impact = mb.impact(SHOP)
    frame = mb.sensitivity(SHOP)
    assert set(frame["window"]) == {window["id"] for window in impact["windows"]}
    for window in impact["windows"]:
        own = frame[(frame["window"] == window["id"]) & frame["is_chosen"]]
        assert set(own["choice"]) == {"odds", "baseline", "channel"}
        assert (own[["start_shift_s", "end_shift_s"]] == 0).all(axis=None)
        assert (own["affected"] == window["users"]["affected"]).all()


def test_both_channels_together_reach_over_each_of_them() -> None:
    frame = mb.sensitivity(SHOP)
    channels = frame[(frame["choice"] == "channel") & (frame["kind"] == "fail")].set_index("value")
    both, fail, slow = (channels.loc[name] for name in ("both", "fail", "slow"))
    assert both["start"] == fail["start"] < slow["start"]
    assert both["end"] == slow["end"] > fail["end"]
    assert both["affected"] > max(fail["affected"], slow["affected"])


def test_a_baseline_that_the_evidence_lacks_is_said_not_guessed() -> None:
    early = breaking(requests(minutes=60), 60, 900)
    frame = mb.sensitivity(early)
    before = frame[(frame["choice"] == "baseline") & (frame["value"] == "before all windows")]
    assert before["start"].isna().all()
    assert before["why"].str.contains("min of it").all()


def test_a_weak_window_stands_or_falls_with_the_odds() -> None:
    rows = pd.concat(
        [breaking(requests(seed), 2400, 2700, share=0.04, seed=seed).assign(service=f"s{seed}") for seed in range(1, 9)]
    )
    odds = mb.sensitivity(rows).query("choice == 'odds'").groupby("value")["start"].count()
    assert odds["1 in 10,000"] >= odds["1 in a million"] >= odds["1 in a billion"]
    assert odds["1 in a million"] > odds["1 in a billion"]


def test_the_command_prints_it_on_demand() -> None:
    evidence = str(Path(__file__).parents[2] / "sample_logs" / "slow-payments" / "evidence")
    told = CliRunner().invoke(main, ["impact", evidence, "--sensitivity"]).stdout
    assert "1 in a billion" in told
    assert max(map(len, told.splitlines())) <= 80
    assert "1 in a billion" not in CliRunner().invoke(main, ["impact", evidence]).stdout
