"""A format's file is checked as a whole: what is wrong with it is said, with what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.errors import FormatError
from minutebook.exports import Document, load_exports, pick_export, read_export
from minutebook.exports.loading import make_export

WHOLE = """
title = "Ours"
kind = "deploy"
requires = ["rolled", "of.what"]
key = ["of.id"]
[columns]
service = "of.what"
[[phase]]
name = "succeeded"
time = "rolled"
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "not TOML"),
        ('title = "x"\nkind = "deploy"\nrow = "x"', "unknown key 'row'"),
        ('title = "x"', "lacks the key kind"),
        ('title = "x"\nkind = "party"', "no kind is called 'party'"),
        (WHOLE + 'when_not = "x"', "unknown key 'when_not'"),
        (WHOLE.replace("succeeded", "done"), "no phase is called 'done'"),
        (WHOLE.replace("service =", "servise ="), "no column is called 'servise'"),
        (WHOLE.replace('key = ["of.id"]', 'reading = "magic"'), "no reading is called 'magic'"),
        (WHOLE.replace('time = "rolled"', ""), "lacks the key time"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        make_export("ours", text)


def test_a_file_of_ones_own_comes_before_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(WHOLE)
    formats = load_exports([tmp_path / "ours.toml"])
    value = {"rolled": "2026-11-23T09:00:00Z", "of": {"what": "mail", "id": 4}}
    match = pick_export([value], formats)
    assert match.format is not None
    assert match.format.name == "ours"
    (row,) = read_export([Document(value, 1, 0, 1)], match.format).rows
    assert (row["service"], row["phase"], row["entity"]) == ("mail", "succeeded", "deploy:4")
