"""Kibana's and elasticdump's exports: records within `_source`, grouped numbers, levels among tags."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb


def read(path: Path, text: str) -> pd.DataFrame:
    path.write_text(text)
    return mb.read(path).sort_values("line", kind="stable", ignore_index=True)


def test_a_hit_a_line_is_read_by_the_names_within_it(tmp_path: Path) -> None:
    source = {
        "@timestamp": "2026-11-23T09:08:04.120Z", "log": {"level": "ERROR"}, "service": {"name": "shop"},
        "http": {"request": {"method": "POST"}, "response": {"status_code": 500}}, "url": {"path": "/pay"},
        "user": {"id": "u1"}, "event": {"duration": 1_500_000},
    }  # fmt: skip
    hit = json.dumps({"_index": "logs-1", "_id": "a", "_score": 1, "_source": source})
    row = read(tmp_path / "dump.json", (hit + "\n") * 2).iloc[0]
    assert (row["service"], row["operation"], row["status"], row["user"]) == ("shop", "POST /pay", 500, "u1")
    assert row["level"] == "error" and row["duration"] == 0.0015


def test_a_table_s_columns_and_cells_of_the_source_are_read(tmp_path: Path) -> None:
    flat = read(
        tmp_path / "flat.csv",
        "_id,_source.@timestamp,_source.level,_source.message\na,2026-11-23T09:08:04Z,WARN,slow\n",
    )
    assert (flat["level"][0], flat["message"][0]) == ("warn", "slow")
    whole = read(
        tmp_path / "whole.csv",
        '@timestamp,_source\n"Nov 23, 2026 @ 09:08:04.120","{""level"": ""WARN"", ""message"": ""slow""}"\n',
    )
    assert (whole["level"][0], whole["message"][0]) == ("warn", "slow")
    assert whole["time"][0] == pd.Timestamp("2026-11-23T09:08:04.120Z")


def test_grouped_numbers_are_durations_beside_kibana_s_stamps_only(tmp_path: Path) -> None:
    rows = '"Nov 23, 2026 @ 09:08:04.120","1,234.5"\n"Nov 23, 2026 @ 09:08:05.120",20\n'
    assert read(tmp_path / "a.csv", "@timestamp,duration_ms\n" + rows)["duration"].tolist() == [1.2345, 0.02]
    other = read(tmp_path / "b.csv", 'time,duration_ms\n2026-11-23T09:08:04Z,"1,234"\n2026-11-23T09:08:05Z,20\n')
    assert other["duration"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        (["error", "elasticsearch", "data"], "error"), (["status", "plugin:x", "info"], "info"),
        (["warning", "error"], None), (["alert", "config"], None), ([], None),
    ],
)  # fmt: skip
def test_the_one_level_among_the_tags_is_the_record_s(tmp_path: Path, tags: list[str], level: str | None) -> None:
    records = [{"@timestamp": "2026-11-23T09:08:04Z", "tags": each, "message": "m"} for each in (["info"], tags)]
    events = read(tmp_path / "a.json", "".join(json.dumps(record) + "\n" for record in records))
    assert events["level"].astype(object).where(events["level"].notna(), None).tolist() == ["info", level]


def test_tags_beside_levels_say_nothing(tmp_path: Path) -> None:
    record = {"@timestamp": "2026-11-23T09:08:04Z", "level": "info", "tags": ["error"], "message": "m"}
    assert read(tmp_path / "a.json", json.dumps(record) + "\n")["level"].tolist() == ["info"]
