"""What is needed to read any source: the formats, the caller's settings, and what other sources have shown so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from minutebook.exports import ExportFormat
from minutebook.logformats import LogFormat
from minutebook.machine.progress import Tell, ignore
from minutebook.settings.config import Config
from minutebook.times.spans import Span

#: Status of a source that is read last, since only the others can show which year it is of.
DEFERRED = "deferred"


@dataclass(frozen=True)
class ReadingContext:
    """The same for all sources that are read together."""

    formats: Sequence[LogFormat]
    exports: Sequence[ExportFormat]
    config: Config = field(default_factory=Config)
    around: tuple[int, int] | None = None  #: first and last event of the other sources (µs), for stamps without a year
    is_last_call: bool = False  #: sources without a year are read now, not deferred again
    block_bytes: int = 16 << 20
    is_alone: bool = False  #: no other source could share ids with it
    tell: Tell = ignore  #: told how many bytes were read, for the progress bar
    span: Span | None = None  #: what was asked for, as far as it's known: bytes surely outside of it are skipped
