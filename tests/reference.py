"""README's reference, made of the commands' own help and of the event frame's own columns.

python tests/reference.py        writes it into README.md, between its two marks
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from minutebook import schema
from minutebook.cli import COMMANDS, main
from minutebook.cli.options import takes_evidence

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- reference: made by tests/reference.py -->", "<!-- reference: end -->"


def make_reference() -> str:
    """Commands with their options, and the columns of the event frame, as Markdown."""
    return "\n".join([*_tell_commands(), "", *_tell_columns()])


def _tell_commands() -> Iterator[str]:
    shared = {option.name for option in _options(takes_evidence(lambda: None))}
    for command in COMMANDS:
        yield from _tell_command(command, shared, f"minutebook {command.name}")
    yield ""
    yield "Every command that takes evidence (files, folders, `-` for stdin, a saved book) also takes:"
    yield ""
    yield from (f"* {_tell_option(option)}" for option in _options(takes_evidence(lambda: None)))
    yield "* `-h`, `--help`: what a command does, with an example"


def _tell_command(command: click.Command, shared: set[str | None], name: str) -> Iterator[str]:
    words = " ".join(param.make_metavar(click.Context(command)) for param in command.params
                     if isinstance(param, click.Argument))  # fmt: skip
    yield f"* `{f'{name} {words}'.strip()}`: {_first_sentence(command)}"
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from (f"  {line}" for line in _tell_command(each, shared, f"{name} {each.name}"))
        return
    own = [option for option in command.params if isinstance(option, click.Option) and option.name not in shared]
    yield from (f"  * {_tell_option(option)}" for option in own)


def _options(command: object) -> list[click.Option]:
    made = click.command()(command)  # type: ignore[arg-type]
    return [param for param in made.params if isinstance(param, click.Option)]


def _tell_option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    value = "" if option.is_flag else f" *{option.metavar or (option.name or '').upper()}*"
    text = (option.help or "").replace("|", "\\|").rstrip(".")
    default = f" (default: {option.default})" if option.show_default and option.default else ""
    return f"{names}{value}: {text}{default}"


def _first_sentence(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split()).rstrip(".")


def _tell_columns() -> Iterator[str]:
    yield "The event frame, one row an event, is what all the rest is made of:"
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for row in schema().itertuples():
        yield f"| `{row.column}` | {row.type} | {str(row.meaning).replace('|', chr(92) + '|')} |"


def place_reference(readme: str) -> str:
    """README with the reference between its marks as it is now."""
    before, _, rest = readme.partition(BEGIN)
    _, _, behind = rest.partition(END)
    return f"{before}{BEGIN}\n{make_reference()}\n{END}{behind}"


if __name__ == "__main__":
    assert main.commands
    README.write_text(place_reference(README.read_text("utf-8")), "utf-8")
