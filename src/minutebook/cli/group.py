"""words typed → a command run: refusals in one line with their exit code, the nearest name for a mistyped one."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Any, NoReturn, TextIO

import click

from minutebook.cli.streams import open_missing_streams
from minutebook.errors import MinutebookError
from minutebook.machine.allocation import keep_freed_memory
from minutebook.machine.interrupting import ends_on_interrupt


class Commands(click.Group):
    """Commands whose refusals are printed in one line, with their exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command."""
        open_missing_streams()
        try:
            return super().main(*args, **kwargs)
        except MinutebookError as error:
            _refuse(str(error), error.exit_code)
        except MemoryError:
            _refuse("ran out of memory; read fewer sources at a time, or a span of them (--since, --until)", 2)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C ends it, as does a reader that closes its output (``| head``)."""
        keep_freed_memory()
        with ends_on_interrupt():
            try:
                return super().invoke(ctx)
            except BrokenPipeError:
                _silence(sys.stdout)
                _silence(sys.stderr)
                sys.exit(0)
            except OSError as error:
                _refuse(_tell(error), 2)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which they were added, not by letter."""
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command; for an unknown one, an error with the nearest name."""
        import difflib

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise click.UsageError(
                f"{error.message} Did you mean {near[0]}?" if near else error.message, ctx
            ) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with its whole first sentence, which click would cut at the terminal's edge."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(500)) for name, command in commands if command])


def _tell(error: OSError) -> str:
    """The refusal of a file by the system, where no code closer to it has handled that."""
    if error.errno == errno.ENOSPC:
        return "no space is left where its output goes; make room or choose another place"
    where = f"{os.fsdecode(error.filename)[:200]}: " if isinstance(error.filename, str | bytes) else ""
    return (
        f"{where}{os.strerror(error.errno) if error.errno else error}; check its name, and who may read and write there"
    )


def _refuse(what: str, exit_code: int) -> NoReturn:
    """Print one line of error, whatever evidence it quotes, and exit."""
    from minutebook.outputs.inert import escape_invisible

    _silence(sys.stdout)
    with contextlib.suppress(OSError):
        click.echo(f"minutebook: {escape_invisible(what)}", err=True)
    _silence(sys.stderr)
    sys.exit(exit_code)


def _silence(stream: TextIO) -> None:
    """Drop what is still to be written to a closed stream: Python would fail on it at exit."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
