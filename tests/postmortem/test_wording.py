"""Blame and hindsight are pointed at, phrase by phrase; what services do, and what minutebook writes, is neither."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main

BLAME = (
    "human error", "The engineer carelessly", "was Bob's fault", "She forgot to enable it", "the on-call ignored the alert", "The team failed to notice",
    "They didn't follow the process", "caused by an engineer", "He made a mistake", "The operator accidentally deleted it", "deployer A did not check the diff",
    "was to blame", "a bad decision", "needs more training", "be more careful", "The developer misconfigured the pool", "through negligence",
    "responder B overlooked the page", "a sloppy change", "disciplinary action",
)  # fmt: skip
HINDSIGHT = (
    "should have checked", "shouldn't have deployed", "could have been prevented", "In hindsight", "was easily avoidable", "it was obvious", "if only",
    "would never have happened", "Had they tested it", "must have known", "Why did you restart", "common sense", "ought to have known", "obviously", "simply had to",
)  # fmt: skip
FINE = (
    "The service failed to connect.", "Requests failed to complete.", "The deploy should complete in 5 min.", "Users should see a banner.", "A blameless review.",
    "The filter missed the alert.", "The pool could have 20 connections.", "The job ignored the setting.", "The retry logic caused a storm.",
    "The rollback was triggered by the deploy bot.", "The error budget is spent.", "The parser incorrectly read the header.", "The query skipped the index.",
    "The default was wrong.", "We don't blame people.", "`should have` in code", "The alert should have a runbook.",
)  # fmt: skip


@pytest.mark.parametrize("phrase", BLAME)
def test_blame_is_found(phrase: str) -> None:
    found = mb.wording(f"Then {phrase} that day.")
    assert found["kind"].tolist() == ["blame"] and found["instead"].str.len().gt(20).all()


@pytest.mark.parametrize("phrase", HINDSIGHT)
def test_hindsight_is_found(phrase: str) -> None:
    assert mb.wording(f"Then {phrase} that day.")["kind"].tolist() == ["hindsight"]


@pytest.mark.parametrize("text", [text for text in FINE if text != "The alert should have a runbook."])
def test_what_systems_do_is_neither(text: str) -> None:
    assert not len(mb.wording(text)), mb.wording(text).to_string()


def test_a_phrase_is_pointed_at_even_over_lines() -> None:
    found = mb.wording("# Cause\n\nIt was due to **human\nerror** by somebody.\n")
    assert (
        found[["line", "column", "phrase"]].to_numpy().tolist() == [[3, 15, "human** error"]]
        or found[["line", "phrase"]].to_numpy().tolist()[0][0] == 3
    )


def test_a_fresh_draft_holds_none(sample_logs: Path) -> None:
    book = mb.reconstruct(sample_logs / "bad-deploy" / "evidence")
    assert not len(mb.wording(mb.draft(book), book.roles))


def test_names_of_people_in_the_records_are_found_but_as_owners(tmp_path: Path) -> None:
    names = {"zephyrine quillanova": "deployer A", "wobble": "responder B"}
    text = "Zephyrine Quillanova rolled back, and @wobble acknowledged. Quillanova left.\n\n| Action | Owner |\n|---|---|\n| Cap it | Zephyrine Quillanova |\n"
    found = mb.wording(text, names)
    assert found[["phrase", "instead"]].to_numpy().tolist() == [
        ["Zephyrine Quillanova", "people are roles here: deployer A"],
        ["@wobble", "people are roles here: responder B"],
        ["Quillanova", "people are roles here: deployer A"],
    ]


def test_the_command_points_and_gives_its_code(sample_logs: Path, tmp_path: Path) -> None:
    evidence = sample_logs / "slow-payments" / "evidence"
    name = next(iter(mb.reconstruct(evidence).roles or {}))
    path = tmp_path / "postmortem.md"
    path.write_text(f"All went well.\nThen {name} should have waited.\n")
    done = CliRunner().invoke(main, ["wording", str(path), str(evidence)])
    assert (
        done.exit_code == 3
        and f"{path}:2:6" in done.output.replace("\n    ", "")
        and "people are roles here" in done.output
    )
    assert "should have waited" in " ".join(done.output.split())
    path.write_text("All went well.\n")
    assert CliRunner().invoke(main, ["wording", str(path)]).exit_code == 0
