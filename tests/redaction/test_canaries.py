"""Planted names, user ids and secrets are in the evidence, and in nothing that minutebook writes."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.book import save_book
from minutebook.cli import main

NAMES = ("Zephyrine Quillanova", "wobblethorpe")
ACCOUNTS = ("bramblewick", "thistledown")
MAILS = tuple(f"buyer{n}@canary.example" for n in range(9))
USERS = tuple(f"cust-{n:04d}-qx" for n in range(40))
SECRETS = (
    "hunter2canary",
    "canary.mail@example.org",
    "4111111111111111",
    "ghp_" + "c4n4Ry" * 6,
    "eyJjYW5hcnkxMjM.eyJjYW5hcnk0NTY.c2lnbmF0dXJl",
)
OUTPUTS = {
    "timeline": ("csv", "parquet", "jsonl", "md", "ics"),
    "minutes": ("csv",),
    "impact": ("json",),
    "events": ("csv", "jsonl", "parquet"),
    "plot": ("svg",),
    "report": ("html", "md"),
}  # fmt: skip


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canaries")
    rows = []
    for n in range(1800):
        user, status = USERS[n % 40], 500 if 900 <= n < 1200 and n % 2 else 200
        stamp = f"2026-11-23T09:{n // 60:02d}:{n % 60:02d}.000Z"
        rows.append({"time": stamp, "level": "info", "msg": "request", "method": "GET", "path": f"/cart/{user}",
                     "status": status, "user_id": user, "service": "shop"})  # fmt: skip
        if status == 500:
            text = f"order of {user} failed: password={SECRETS[0]} for {SECRETS[1]} card {SECRETS[2]}"
            rows.append({"time": stamp, "level": "error", "msg": text, "service": "shop", "user_id": user,
                         "auth": f"Bearer {SECRETS[4]}", "who": NAMES[0]})  # fmt: skip
    (folder / "app.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    deploy = {"id": 1, "service": "shop", "version": "2", "started_at": "2026-11-23T09:14:50Z", "deployed_by": NAMES[0],
              "message": f"{NAMES[0]} uses {SECRETS[3]}, asked by {USERS[7]}"}  # fmt: skip
    (folder / "deploys.json").write_text(json.dumps([deploy]))
    alert = {"name": "Errors", "service": "shop", "fired_at": "2026-11-23T09:16:00Z", "acknowledged_at": "2026-11-23T09:17:00Z",
             "acknowledged_by": NAMES[1],
             "description": f"seen by {USERS[3]} with {SECRETS[1]}"}  # fmt: skip
    (folder / "alerts.json").write_text(json.dumps([alert]))
    (folder / "auth.log").write_text("".join(
        f"2026-11-23T09:{n:02d}:01Z bastion sshd[{n}]: Failed password for {ACCOUNTS[n % 2]} from 203.0.113.{n} port 5{n:02d} ssh2\n"
        f"2026-11-23T09:{n:02d}:02Z bastion sudo:  {ACCOUNTS[n % 2]} : TTY=pts/0 ; PWD=/home/{ACCOUNTS[n % 2]} ; USER=root ; COMMAND=/bin/ls\n"
        for n in range(30)
    ))  # fmt: skip
    (folder / "edge.access.log").write_text("".join(
        f'192.0.2.{n % 7} - {MAILS[n % 9]} [23/Nov/2026:09:{n // 20:02}:{n % 20 * 3:02} +0000] "GET /a?token={SECRETS[0]}&email={MAILS[n % 9]} HTTP/1.1"'
        f' {503 if 300 <= n < 400 else 200} 12 "https://shop/u/{MAILS[n % 9]}" "curl" rt=0.01\n'
        for n in range(600)
    ))  # fmt: skip
    return folder


def read_text(path: Path) -> str:
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv() + str(pd.read_parquet(path).attrs)
    raw = path.read_bytes()
    return raw.decode("utf-8", "replace") if raw[:2] != b"\x1f\x8b" else gzip.decompress(raw).decode()


def leaks(text: str, canaries: tuple[str, ...] = (*NAMES, *USERS, *SECRETS, *ACCOUNTS, *MAILS)) -> list[str]:
    return [canary for canary in canaries if canary.casefold() in text.casefold()]


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def write_all(evidence: Path, place: Path, *flags: str) -> dict[str, str]:
    """Every output of every command → its text; what a saved book tells is told from one."""
    written = {
        "reconstruct": run("reconstruct", evidence, "-o", place / "book", "--users", place / "users.csv", *flags)
    }
    written |= {path.name: read_text(path) for path in [*(place / "book").iterdir(), place / "users.csv"]}
    for command, suffixes in OUTPUTS.items():
        for suffix in suffixes:
            path = place / f"{command}-of-its-own.{suffix}"
            of = evidence if command == "events" or suffix == "html" else place / "book"
            written[path.name] = run(command, of, "-o", path, *flags) + read_text(path)
    for name in ("timesketch", "ecs", "otlp", "excel", "grafana"):
        written[name] = run("timeline", place / "book", "--to", name, *flags)
    written["terminal"] = run("impact", place / "book", "--sensitivity", *flags)
    run("report", place / "book", "--evidence", evidence, "-o", place / "again.html", *flags)
    return written | {"report of a saved book": read_text(place / "again.html")}


def test_no_output_leaks_a_canary(evidence: Path, tmp_path: Path) -> None:
    written = write_all(evidence, tmp_path)
    assert {name: found for name, text in written.items() if (found := leaks(text))} == {}
    book = mb.reconstruct(evidence)
    assert not leaks(book._repr_html_())
    users = pd.read_csv(tmp_path / "users.csv")
    assert users["user"].nunique() == len(users) == book.users["user"].nunique() > 5
    events = pd.read_parquet(tmp_path / "events-of-its-own.parquet")
    assert events["user"].nunique() == mb.read(evidence)["user"].nunique() >= 49
    assert "[password]" in written["report-of-its-own.html"] and "user-" in written["report-of-its-own.html"]


def test_the_canaries_would_be_seen(evidence: Path, tmp_path: Path) -> None:
    run("reconstruct", evidence, "-o", tmp_path / "book", "--users", tmp_path / "users.csv", "--no-redact")
    # A saved book holds nobody's id, and says so rather than writing an empty list.
    done = CliRunner().invoke(main, ["impact", str(tmp_path / "book"), "--users", str(tmp_path / "none.csv")])
    assert done.exit_code == 2 and "doesn't hold users' ids" in done.stderr and not (tmp_path / "none.csv").exists()
    run("report", tmp_path / "book", "--evidence", evidence, "-o", tmp_path / "report.html", "--no-redact")
    timeline, told = (read_text(tmp_path / "book" / name) for name in ("timeline.csv", "happenings.csv"))
    assert leaks(read_text(tmp_path / "users.csv"), MAILS) and leaks(timeline, SECRETS)
    assert leaks(run("events", evidence, "--no-redact"), SECRETS)
    assert leaks(read_text(tmp_path / "report.html"), USERS)
    # People stay roles: a timeline is no place for their names.
    assert not leaks(timeline + told + read_text(tmp_path / "book" / "impact.json"), NAMES)


def test_the_same_evidence_gives_the_same_pseudonyms_and_a_key_its_own(evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "team.key").write_text("our own key of pseudonyms")
    for name, flags in {"a": (), "b": (), "c": ("--key", tmp_path / "team.key")}.items():
        run("impact", evidence, "--users", tmp_path / f"{name}.csv", *flags)
    a, b, c = ((tmp_path / f"{name}.csv").read_text() for name in "abc")
    assert a == b != c
    assert "our own key" not in a + c


def test_show_hides_secrets_unless_asked_for_all(evidence: Path) -> None:
    number = next(
        n for n, line in enumerate((evidence / "app.jsonl").read_text().splitlines(), 1) if "order of" in line
    )
    assert not leaks(run("show", f"app.jsonl:{number}", evidence), SECRETS)
    assert leaks(run("show", f"app.jsonl:{number}", evidence, "--no-redact"), SECRETS)


@pytest.mark.parametrize("incident", ["bad-deploy", "slow-payments"])
def test_no_user_of_a_sample_incident_is_in_a_report_or_a_timeline(
    sample_logs: Path, incident: str, tmp_path: Path
) -> None:
    folder = sample_logs / incident / "evidence"
    users = set(mb.read(folder)["user"].dropna())
    assert len(users) > 100
    book = mb.reconstruct(folder)
    mb.report(book, tmp_path / "report.html", evidence=folder)
    save_book(book, tmp_path / "book")
    for path in [tmp_path / "report.html", *(tmp_path / "book").iterdir()]:
        words = set(re.split(r"[^\w-]+", read_text(path)))
        assert not words & users, path.name
