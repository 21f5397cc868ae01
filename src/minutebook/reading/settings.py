"""What the caller said about how sources are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from minutebook.exports import ExportFormat
from minutebook.logformats import LogFormat
from minutebook.machine.progress import Tell, ignore
from minutebook.settings.config import Config
from minutebook.times.spans import Span

#: Status of a source whose year the others have to tell first.
DEFERRED = "deferred"


@dataclass(frozen=True)
class Settings:
    """What the caller said about how sources are read."""

    formats: Sequence[LogFormat]
    exports: Sequence[ExportFormat]
    config: Config = field(default_factory=Config)
    around: tuple[int, int] | None = None  #: span of the other sources (µs), for stamps without a year
    is_last_call: bool = False  #: year-less sources aren't put off any more
    block_bytes: int = 16 << 20
    is_alone: bool = False  #: no other source is read, whose ids could be the same
    tell: Tell = ignore  #: is told of the bytes that are read
    span: Span | None = None  #: what is looked at, as far as it's known: what's surely outside need not be read
