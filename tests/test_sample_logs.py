"""The sample incidents: small, consistent with their truth, and made again to the byte."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "sample_logs"
INCIDENTS = sorted(folder for folder in SAMPLES.iterdir() if folder.is_dir())
GENERATED = SAMPLES / "slow-payments"


def content(path: Path) -> bytes:
    """A file's content, unpacked: zlib's versions pack the same content into different bytes."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def requests(incident: Path) -> list[dict[str, str]]:
    text = content(incident / "truth" / "requests.csv.gz").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def epoch(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def test_the_generated_incident_is_made_again_to_the_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(GENERATED / "make.py"), str(tmp_path)], check=True)
    made = {path.relative_to(tmp_path): content(path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {
        path.relative_to(GENERATED): content(path)
        for part in ("evidence", "truth")
        for path in (GENERATED / part).iterdir()
    }
    assert sorted(made) == sorted(kept)
    assert [str(name) for name in made if made[name] != kept[name]] == []


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda folder: folder.name)
def test_each_incident_has_evidence_truth_and_a_story(incident: Path) -> None:
    story = (incident / "README.md").read_text("utf-8")
    for part in ("evidence", "truth"):
        names = [path.name for path in (incident / part).iterdir()]
        assert names
        assert [name for name in names if f"`{name}`" not in story] == []


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda folder: folder.name)
def test_packed_files_hold_neither_name_nor_time(incident: Path) -> None:
    for path in incident.rglob("*.gz"):
        header = path.read_bytes()[:10]
        assert header[3] == 0, f"{path.name} has flags: a name or a comment"
        assert header[4:8] == bytes(4), f"{path.name} has a time"


def test_the_samples_stay_small() -> None:
    for incident in INCIDENTS:
        size = sum(path.stat().st_size for path in incident.rglob("*") if path.is_file())
        assert size < 1_500_000, incident.name


def test_the_truth_of_slow_payments_follows_from_its_requests() -> None:
    truth = json.loads(content(GENERATED / "truth" / "truth.json"))
    own = [row for row in requests(GENERATED) if row["route"] == truth["scope"]["operation"]]
    ends = [(float(row["epoch"]) + float(row["seconds"]), row) for row in own]
    found = {
        "fail": [(end, row) for end, row in ends if row["status"] == "504"],
        "slow": [(end, row) for end, row in ends if row["status"] == "200" and float(row["seconds"]) > 4],
    }
    for channel, bad in found.items():
        said = truth[channel]
        assert len(bad) == said["requests"]
        assert len({row["user"] for _, row in bad}) == said["affected_users"]
        assert min(end for end, _ in bad) == pytest.approx(epoch(said["start"]), abs=0.002)
        assert max(end for end, _ in bad) == pytest.approx(epoch(said["end"]), abs=0.002)
    users = {row["user"] for bad in found.values() for _, row in bad}
    assert len(users) == truth["impact"]["affected_users"]


def test_the_evidence_of_slow_payments_is_silent_when_it_should_be() -> None:
    lines = content(GENERATED / "evidence" / "edge-1.access.log.gz").decode().split("\n")
    missing = [f"[17/Nov/2026:14:{minute}:" for minute in (33, 34, 35)]
    assert not any(stamp in line for line in lines for stamp in missing)
    assert any("[17/Nov/2026:14:32:" in line for line in lines)
    assert any("[17/Nov/2026:14:36:" in line for line in lines)


def test_the_story_of_bad_deploy_follows_from_its_requests() -> None:
    rows = requests(SAMPLES / "bad-deploy")
    bad = [row for row in rows if row["status"] >= "500" or row["client_error"]]
    story = (SAMPLES / "bad-deploy" / "README.md").read_text("utf-8")
    assert f"{len(bad)} failed requests of {len({row['user'] for row in bad})} users" in story
    assert f"{len({row['user'] for row in rows}):,} users\n({len(rows):,} requests" in story
