"""A case of the battery: files to write, how to call minutebook, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

#: Bytes, text (lone surrogates allowed), or what makes something other than a plain file at the path.
Content: TypeAlias = bytes | str | Callable[[Path], None]


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    code: int
    stdout: str
    stderr: str
    seconds: float  #: of the processor
    peak_mb: float
    evidence: Path
    book: Path
    ledger: Mapping[str, Any] | None  #: None where no book was written


#: Looks at an outcome and says what is wrong with it, if anything.
Check: TypeAlias = Callable[[Outcome], str | None]


@dataclass(frozen=True)
class Case:
    """One hostile case; every expectation that is None is left open."""

    name: str
    files: Mapping[str, Content]
    events: int | None = None
    rejected: int | None = None
    copies: int | None = None
    status: str | None = None  #: of the first source that isn't complete
    refused: str | None = None  #: pattern of the one line; nothing else may be expected then
    says: str | None = None  #: pattern within stderr or the ledger
    codes: Sequence[int] = (0, 3)
    arguments: Sequence[str] = ("reconstruct", "{evidence}", "-o", "{book}")
    check: Check | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None  #: done in the child, such as lowering a limit
    beside: Callable[[Path, int], None] | None = None  #: done in the parent while it runs (folder, pid)
    may_change: bool = False  #: the evidence is changed by the case itself
    stdin: bytes | None = None
    is_cold: bool = False  #: always started anew, since streams are closed before Python starts
    is_slow: bool = False  #: left out of the quick tests


def access(count: int = 600, *, first: int = 0, user: str = "u", status: int = 200) -> str:
    """Lines of an access log, one a second from 09:00."""
    return "".join(
        f"192.0.2.{i % 9} - {user}{i % 50} [23/Nov/2026:{9 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02} +0000]"
        f' "GET /a HTTP/1.1" {status} 1 "-" "x" rt=0.01 rid=r{i}\n'
        for i in range(first, first + count)
    )


def records(count: int = 60, **more: str) -> str:
    """JSON lines, one a second; ``more`` are further keys with JSON texts."""
    extra = "".join(f',"{key}":{value}' for key, value in more.items())
    return "".join(
        f'{{"ts":"2026-11-23T09:{i // 60 % 60:02}:{i % 60:02}Z","level":"error","msg":"no stock for item","user":"u{i}"{extra}}}\n'
        for i in range(count)
    )


def stamped(*stamps: str, text: str = "INFO hello there") -> str:
    """A plain log with these stamps and, so that its format is clear, twenty good ones behind them."""
    good = [f"2026-11-23T09:00:{i:02}Z" for i in range(20)]
    return "".join(f"{stamp} {text}\n" for stamp in [*stamps, *good])


def write(path: Path, content: Content) -> None:
    """Make the file, or whatever else ``content`` makes there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
