"""What log stores answer: each record of it is an event."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb

NS = 1795424400 * 10**9
TOLD = ("2026-11-23T09:00:00.25Z", "error", "no stock")

ANSWERS = {
    "loki": {
        "status": "success",
        "data": {
            "resultType": "streams",
            "result": [{"stream": {"app": "shop"}, "values": [[str(NS + 250_000_000), 'level=error msg="no stock"']]}],
        },
    },
    "datadog": {
        "data": [
            {
                "id": "AQ",
                "type": "log",
                "attributes": {
                    "timestamp": TOLD[0], "status": "error", "service": "shop", "message": "no stock",
                    "attributes": {"http": {"status_code": 500}},
                },
            }
        ]
    },
    "insights": {
        "results": [
            [
                {"field": "@timestamp", "value": "2026-11-23 09:00:00.250"},
                {"field": "@message", "value": '{"level": "error", "msg": "no stock"}'},
            ]
        ],
        "status": "Complete",
    },
    "azure": {
        "tables": [
            {
                "name": "PrimaryResult",
                "columns": [{"name": "TimeGenerated"}, {"name": "Level"}, {"name": "Message"}, {"name": "Computer"}],
                "rows": [[TOLD[0], "Error", "no stock", None]],
            }
        ]
    },
    "elasticsearch": {
        "took": 1,
        "hits": {"hits": [{"_id": "1", "_source": {"@timestamp": TOLD[0], "level": "error", "message": "no stock"}}]},
    },
    "kibana": {
        "rawResponse": {
            "hits": {
                "hits": [{"_id": "1", "fields": {"@timestamp": [TOLD[0]], "log.level": ["ERROR"], "message": ["no stock"]}}]
            }
        },
    },
    "graylog": {"messages": [{"index": "a", "message": {"timestamp": TOLD[0], "level": 3, "message": "no stock"}}]},
    "sumo": {"messages": [{"map": {"_messagetime": "1", "timestamp": TOLD[0], "level": "ERROR", "message": "no stock"}}]},
    "newrelic": {
        "data": {
            "actor": {
                "account": {
                    "nrql": {"results": [{"timestamp": NS // 10**6 + 250, "level": "error", "message": "no stock"}]}
                }
            }
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("store", ANSWERS)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_records_of_an_answer_are_events(tmp_path: Path, store: str, indent: int | None) -> None:
    (tmp_path / "answer.json").write_text(json.dumps(ANSWERS[store], indent=indent))
    events = mb.read(tmp_path / "answer.json")
    assert [(row.time, row.level, row.message) for row in events.itertuples()] == [(pd.Timestamp(TOLD[0]), *TOLD[1:])]
    assert events["kind"].tolist() == ["log"]


def test_an_answer_without_records_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"status": "success", "data": {"resultType": "streams", "result": [7]}}')
    with pytest.raises(mb.MinutebookError):
        mb.read(tmp_path / "answer.json")


def test_the_event_viewer_s_last_column_has_no_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Level,Date and Time,Source,Event ID,Task Category\n"
        'Error,11/23/2026 9:00:00 AM,Service Control Manager,7034,None,"The Shop service terminated, again."\n'
    )
    events = mb.read(tmp_path / "a.csv")
    assert events["message"].tolist() == ["The Shop service terminated, again."]
    assert events["level"].tolist() == ["error"]
    assert events["trace"].isna().all()
