"""Words typed → a command run: refusals in one line with their exit code, near names where one is mistyped."""

from __future__ import annotations

import sys
from typing import Any

import click

from minutebook.allocation import keep_freed_memory
from minutebook.errors import MinutebookError
from minutebook.interrupting import ends_on_interrupt


class Commands(click.Group):
    """Prints every refusal in one line and gives it its exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command."""
        try:
            return super().main(*args, **kwargs)
        except MinutebookError as error:
            from minutebook.outputs.inert import escape_controls

            click.echo(f"minutebook: {escape_controls(str(error))}", err=True)
            sys.exit(error.exit_code)
        except BrokenPipeError:
            # `| head` has seen enough.
            sys.stderr.close()
            sys.exit(0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C ends it."""
        keep_freed_memory()
        with ends_on_interrupt():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which they were added, not by letter."""
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command, or the nearest one's name in the error."""
        import difflib

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise click.UsageError(
                f"{error.message} Did you mean {near[0]}?" if near else error.message, ctx
            ) from error
