"""The options that commands share, and the `Config` that they make."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minutebook.cli.streams import check_output
from minutebook.errors import MinutebookError

if TYPE_CHECKING:
    from minutebook.settings.config import Config

#: Options of commands that name what is written.
_OUTPUTS = ("output", "users")
_SHOWN_ZONE = "minutebook.show_zone"


def takes_evidence(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads evidence."""
    for decorate in reversed((
        click.argument("evidence", nargs=-1, required=True),
        click.option("--since", metavar="TIME",
                     help="Only what happened from then on: 14:05, 2026-11-23T14:05Z; -2h of its end."),
        click.option("--until", metavar="TIME", help="Only what happened before then."),
        click.option("--engine", metavar="NAME", help="Where the work is done: local or dask, with the same result."),
        click.option("--scheduler", metavar="ADDRESS", help="Of Dask: where its tasks run. Default: on this machine."),
        click.option("--show-zone", metavar="ZONE", expose_value=False, callback=_keep_shown_zone,
                     help="Zone of times shown in the terminal and in plots; files keep UTC."),
        click.option("--zone", "zones", multiple=True, metavar="[GLOB=]ZONE", help="Zone of stamps without one."),
        click.option("--format", "formats", multiple=True, metavar="[GLOB=]NAME",
                     help="Format of such files; NAME.toml is one of your own."),
        click.option("--year", "years", multiple=True, metavar="[GLOB=]YEAR", help="Year of stamps without one."),
        click.option("--config", metavar="TOML", help="Settings, as in minutebook.toml."),
        click.option("--no-align", is_flag=True, help="Don't apply clock offsets that shared ids prove."),
        click.option("--key", metavar="FILE", help="The key of pseudonyms; without it, drawn from the evidence."),
        click.option("--no-redact", is_flag=True,
                     help="Users' ids and secrets as logged, not as pseudonyms and kinds."),
    )):  # fmt: skip
        command = decorate(command)
    return _keeping_evidence(command)


def _keep_shown_zone(context: click.Context, _: click.Parameter, zone: str | None) -> None:
    if zone is not None:
        from minutebook.outputs.instants import find_zone

        find_zone(zone)  # refused before anything is read
        context.meta[_SHOWN_ZONE] = zone


def find_shown_zone() -> str:
    """The zone that ``--show-zone`` names, of the command that runs."""
    return str(click.get_current_context().meta.get(_SHOWN_ZONE, "UTC"))


def _keeping_evidence(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command, which then refuses to overwrite evidence."""

    @functools.wraps(command)
    def checked(**given: Any) -> Any:
        from minutebook.sources import refuse_overwriting

        check_output(given.get("output"))
        refuse_overwriting(
            [given[name] for name in _OUTPUTS if given.get(name, "-") not in ("-", None)], given["evidence"]
        )
        return command(**given)

    return checked


def writes(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that says where a result goes."""
    told = f"Where to: the suffix picks the writer; - is {default}."
    return click.option("-o", "--output", default="-", metavar="FILE", help=told)


def make_config(
    zones: Sequence[str], formats: Sequence[str], years: Sequence[str], config: str | None, no_align: bool,
    no_redact: bool, key: str | None, since: str | None, until: str | None, engine: str | None, scheduler: str | None,
) -> Config:  # fmt: skip
    """The settings of ``--config``, overridden by the other shared options."""
    from dataclasses import replace

    from minutebook.settings.config import Config

    made = Config.load(config) if config else Config()
    own = [word.rpartition("=")[2] for word in formats if word.endswith(".toml")]
    made = replace(
        made,
        formats=[*own, *made.formats],
        align=made.align and not no_align,
        redact=made.redact and not no_redact,
        key=key or made.key,
    )
    said = [*_read_globs("zone", zones), *_read_globs("format", formats), *_read_globs("year", years)]
    return made.with_sources(*said).within(since, until).on(engine, scheduler)


def _read_globs(name: str, words: Sequence[str]) -> Iterator[tuple[str, str, str | int]]:
    """(glob, key, value) of each ``[GLOB=]VALUE``."""
    for each in words:
        glob, _, word = each.rpartition("=")
        if name == "year" and not word.isdigit():
            raise MinutebookError(f"no year: {word}", where="--year", do="write it as 2026")
        if name == "format" and word.endswith(".toml"):
            if not glob:
                continue  # tried on all files, along with the built-in ones
            word = Path(word).stem
        yield glob or "*", name, int(word) if name == "year" else word
