"""The rows that a timeline and a table have of an impact: what they count, whom, and of what they call it."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb
from minutebook.outputs.wording.incident import tell_milestones
from minutebook.outputs.wording.windows import tell_window

UTC = datetime.UTC


def test_a_minute_of_slowness_counts_those_who_waited_not_those_who_failed() -> None:
    slow = breaking(requests(), 1800, 2400, share=0.6, seed=2, duration=2.0)
    rows = mb.timeline(breaking(slow, 1800, 2400, share=0.2, seed=3, status=500))
    inside = rows[(rows["phase"] == "ongoing") & rows["summary"].str.contains("were slow")]
    hit = slow[slow["duration"].eq(2.0)].merge(
        breaking(slow, 1800, 2400, share=0.2, seed=3, status=500)[["line", "status"]], on="line", suffixes=("", "_then")
    )
    waited = hit[hit["status_then"] == 200].groupby(hit["time"].dt.floor("min"))["user"].nunique()
    told = inside.set_index("minute")["users"]
    assert len(told) >= 9
    assert told.iloc[1:-1].to_list() == waited.reindex(told.index).iloc[1:-1].to_list()


def _lines(*, named: bool) -> pd.DataFrame:
    """Log lines that name their user, unless they're bad; no requests."""
    frame = requests().assign(kind="log", status=None, operation=None, duration=None, client=None, level="info")
    bad = breaking(frame, 1800, 2400, share=0.5, level="error")
    return bad if named else bad.assign(user=bad["user"].where(bad["level"] != "error"))


def test_lines_are_called_lines() -> None:
    frame = _lines(named=True)
    (window,) = mb.impact(frame)["windows"]
    figures = [" ".join(row) for row in tell_window(window, UTC) if row[0] != "can't tell"]
    told = " ".join([*figures, *mb.timeline(frame)["summary"]])
    assert "first bad line" in told
    assert "bad lines" in told
    assert "lines are bad (" in told
    assert "bad request" not in told
    assert "requests failed" not in told


def test_where_what_was_bad_names_nobody_users_are_unknown_not_none() -> None:
    (window,) = mb.impact(_lines(named=False))["windows"]
    assert window["users"]["exposed"] > 0
    assert window["users"]["affected"] is None
    assert mb.impact(_lines(named=False))["total"]["affected"] is None
    assert ("users affected", "unknown", "what was bad names no user") in tell_window(window, UTC)


def test_clients_without_a_name_are_told_beside_users() -> None:
    frame = breaking(requests(per_minute=240), 1800, 2400, share=0.5)
    nameless = (frame["status"] == 500) & (frame["line"] % 50 != 0)
    frame = frame.assign(
        user=frame["user"].where(~nameless), client=frame["client"].where(~nameless, "192.0.2." + frame["user"].str[-1])
    )
    (window,) = mb.impact(frame)["windows"]
    users, clients = (window["users"][key] for key in ("affected", "anonymous_clients"))
    assert f"{users} users and {clients} clients without a user id hit" in window["evidence"]


def _alert(service: str) -> pd.DataFrame:
    at = START + pd.Timedelta(seconds=2000)
    return pd.DataFrame(
        {"time": [at], "kind": "alert", "phase": "fired", "service": service, "message": "alert Errors fired",
         "entity": "alert:1", "source": "alerts.json", "line": 1}
    )  # fmt: skip


@pytest.mark.parametrize("service", ["shop", "edge"])
def test_of_requests_of_no_known_service_every_alert_counts_as_firing(service: str) -> None:
    frame = breaking(requests().assign(service=None), 1800, 2400)
    rows = mb.timeline(pd.concat([frame, _alert(service)], ignore_index=True))
    inside = rows[(rows["phase"] == "ongoing") & (rows["time"] > START + pd.Timedelta(seconds=2100))]
    assert inside["summary"].str.endswith("; 1 alert firing").all()


def test_an_alert_of_another_service_is_no_detection_and_is_told() -> None:
    impact = mb.impact(pd.concat([breaking(requests(), 1800, 2400), _alert("edge")], ignore_index=True))
    assert impact["milestones"]["detected"] is None
    meaning = {row[0]: row[2] for row in tell_milestones(impact, UTC)}["detected"]
    assert meaning == "no alert of shop; 1 alert of other services fired, the first at 08:33:20"
