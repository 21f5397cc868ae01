"""a source → its account, opened with what the caller said of it and closed with what its reader counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.events import NAMES, fill_columns
from minutebook.reading.account import Account, list_rejects
from minutebook.reading.context import ReadingContext
from minutebook.settings.config import STATED
from minutebook.settings.limits import Limits
from minutebook.sources import Source
from minutebook.sources.contents import Content
from minutebook.sources.lines import Lines, count_long_lines


def open_account(source: Source, context: ReadingContext) -> Account:
    """The account of a source before it's read, with what the caller said of it."""
    said = context.config.of(source.name)
    most = context.config.limits.rejects
    return Account(source, stated={key: str(said[key]) for key in sorted(said)}, most_rejects=most)


def fill_stated(table: pa.Table, account: Account) -> pa.Table:
    """The events, with what the caller said of the source, or its path says, filled in where its records lack it."""
    pod = account.source.pod
    filled = {"service": pod.service} if pod else {}
    filled |= {column: account.stated[column] for column in STATED if column in account.stated and column in NAMES}
    return fill_columns(table, filled)


def reject_all(lines: Iterator[Lines], account: Account, limits: Limits) -> Iterator[pa.Table]:
    """No events: every line that isn't blank becomes a reject, for the reason in the account's note."""
    why = account.note.split(": ")[0]
    for batch in lines:
        is_blank = pc.equal(pc.utf8_trim_whitespace(batch.text), "").to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(~is_blank)
        account.lines_seen += len(batch)
        account.skipped.update({"blank": int(is_blank.sum())})
        account.rejected += len(rows)
        if len(account.rejects) < account.most_rejects:
            account.keep_rejects(list_rejects(batch, [(int(row), why, 1) for row in rows[: account.most_rejects]]))
        account.long_lines += count_long_lines(batch, limits)
    yield from ()


def close_account(account: Account, content: Content, limits: Limits) -> None:
    """Put what the reader knows at its end into the account, and check that it adds up."""
    account.lines, account.sha256, account.secret = content.lines, content.sha256, content.secret
    if content.status != "complete" and (account.status == "complete" or not account.events):
        account.status = content.status
    account.note = "; ".join(filter(None, (account.note, content.note, _tell_long_lines(account, limits))))
    if account.long_lines and account.status == "complete":
        account.status = "truncated"
    if content.size == 0 and content.status == "complete":
        account.status = "empty"
    account.check()


def _tell_long_lines(account: Account, limits: Limits) -> str:
    if not account.long_lines:
        return ""
    lines = "1 line is" if account.long_lines == 1 else f"{account.long_lines:,} lines are"
    return f"{lines} longer than {limits.line_bytes >> 20:,} MiB and read by the first {limits.long_line_bytes >> 10:,} KiB"
