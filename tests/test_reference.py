"""README's reference says what the commands' help and the schema say."""

from __future__ import annotations

from minutebook.cli import COMMANDS
from reference import BEGIN, END, README, make_reference, place_reference


def test_the_reference_is_as_the_help_and_the_schema_are() -> None:
    readme = README.read_text("utf-8")
    assert BEGIN in readme and END in readme
    assert readme == place_reference(readme), "run python tests/reference.py"


def test_the_reference_names_every_command() -> None:
    told = make_reference()
    assert [command.name for command in COMMANDS if f"`minutebook {command.name}" not in told] == []
