"""Windows' events in the shapes in which they're exported, and what of them is cut or hostile."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import minutebook as mb
from minutebook.records.windowsevents import read_events

EVENT = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Shop'/>"
    "<EventID>7</EventID><Level>2</Level><TimeCreated SystemTime='2026-11-23T09:08:0{}Z'/><Computer>web-1</Computer>"
    "</System><EventData><Data Name='a'>{}</Data></EventData></Event>"
)


def read(path: Path, text: str, encoding: str = "utf-8") -> pd.DataFrame:
    path.write_bytes(text.encode(encoding))
    return mb.read(path).sort_values("time", kind="stable", ignore_index=True)


@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize(
    "around", [("", ""), ('<?xml version="1.0"?>\n<Events>\n', "\n</Events>\n"), ("<Events>", "</Events>")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_events_are_read_however_they_lie_on_the_lines(
    tmp_path: Path, between: str, around: tuple[str, str], encoding: str
) -> None:
    text = between.join(EVENT.format(number, "x") for number in range(3))
    path = tmp_path / "system.xml"
    events = read(path, around[0] + text + around[1], encoding)
    assert events["message"].tolist() == ["event 7: a=x"] * 3
    assert events["level"].tolist() == ["error"] * 3
    assert mb.check(path).iloc[0]["status"] == "complete"


def test_an_event_over_several_lines_is_one_record() -> None:
    lines = EVENT.format(1, "x").replace("><", ">\n<").split("\n")
    records = read_events(pa.array(["", *lines, EVENT.format(2, "y") + EVENT.format(3, "z")]))
    assert records.rows.tolist() == [1, len(lines) + 1, len(lines) + 1]
    assert records.stop is not None and records.stop.tolist() == [len(lines) + 1, len(lines) + 2, len(lines) + 2]


def test_what_is_cut_of_an_event_is_no_part_of_the_next_and_rejected(tmp_path: Path) -> None:
    whole = EVENT.format(1, "x") + "\n"
    path = tmp_path / "system.xml"
    events = read(path, whole * 3 + whole[:150] + "\n" + whole)
    assert events["message"].tolist() == ["event 7: a=x"] * 4
    assert mb.check(path).iloc[0]["lines_rejected"] == 1


def test_entities_are_characters_and_nothing_is_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n'
    events = read(tmp_path / "a.xml", bomb + (EVENT.format(1, "1 &lt; 2 &b; &#10; end") + "\n") * 9)
    assert events["message"].iloc[0] == "event 7: a=1 < 2 &b; end"


def test_get_winevent_s_levels_are_windows_numbers_in_any_language(tmp_path: Path) -> None:
    head = '"Message","Id","Version","Level","ProviderName","MachineName","TimeCreated","LevelDisplayName"\n'
    names = ["", "Kritisch", "Fehler", "Warnung", "Informationen", "Ausführlich"]
    rows = [f'"m","7","0","{n}","Shop","web-1","11/23/2026 9:08:0{n} AM","{name}"\n' for n, name in enumerate(names)]
    table = read(tmp_path / "a.csv", head + "".join(rows))
    assert table["level"].tolist() == ["info", "fatal", "error", "warn", "info", "trace"]
    assert table["version"].isna().all()
    records = [
        {"Id": 7, "Level": 2, "ProviderName": "Shop", "TimeCreated": f"/Date({1795424884123 + n})/", "Message": "m"}
        for n in range(2)
    ]
    listed = read(tmp_path / "a.json", json.dumps(records, indent=2).replace("/Date", "\\/Date"))
    assert listed["level"].tolist() == ["error"] * 2
    assert listed["time"].iloc[0] == pd.Timestamp("2026-11-23T09:08:04.123Z")


def test_event_viewer_s_header_is_one_and_no_reject(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = 'Error,11/23/2026 9:08:04 AM,Shop,7034,None,"It stopped, again."\n'
    assert read(path, "Level,Date and Time,Source,Event ID,Task Category\n" + rows)["service"].tolist() == ["Shop"]
    assert mb.check(path).iloc[0]["lines_rejected"] == 0
