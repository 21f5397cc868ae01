"""The settings that `init` writes: nothing as they stand, and each line good once its # is taken away."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main
from minutebook.outputs.settings import draft_settings
from minutebook.settings.config import Config

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "slow-payments" / "evidence"


def uncomment(text: str) -> str:
    """The settings with all of them meant: comments that are words stay comments."""
    return re.sub(r'^# (?=\[|[a-z_]+(?:\."[^"]*")? = )', "", text, flags=re.M)


def test_as_written_it_changes_nothing_and_without_its_hashes_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "minutebook.toml"
    mb.init(SAMPLE, path=path)
    assert Config.load(path).tell() == Config().tell()
    meant = uncomment(path.read_text())
    for name in ("formats/", "checkout.slo.yaml"):
        meant = meant.replace(f'["{name}"]', "[]")
    path.write_text(meant)
    config = Config.load(path)
    assert config.sli.slow_over_s["POST /v1/authorise"] == pytest.approx(0.839, abs=0.001)
    assert config.of("payments-2.log.gz")["format"]


def test_what_people_wrote_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "minutebook.toml"
    path.write_text("align = false")
    with pytest.raises(mb.MinutebookError, match="exists already"):
        mb.init(SAMPLE, path=path)
    assert path.read_text() == "align = false"


def test_names_from_evidence_stay_within_their_comments(tmp_path: Path) -> None:
    evil = 'x"]\nalign = false\n\x1b[2J\u202e#'
    source = {"source": evil, "format": evil, "zone": evil, "zone_basis": evil, "lines": 1, "status": evil}
    limit = {"service": evil, "operation": evil, "over_s": 1.0}
    path = tmp_path / "minutebook.toml"
    path.write_text(draft_settings({"sources": [source]}, {"slow_over_s": [limit], "sli": {"layer": evil}}))
    assert Config.load(path).tell() == Config().tell()
    assert all(line.startswith("#") or not line for line in path.read_text().splitlines())


def test_a_hyphen_is_stdout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_text("2026-11-23T09:08:04Z ERROR no stock\n" * 9)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["init", "a.log", "-o", "-"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("# What you know and the evidence doesn't say")
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]
