"""a book → a folder of files, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from minutebook.book.making import reconstruct
from minutebook.book.whole import Book
from minutebook.errors import EvidenceError
from minutebook.gathering import Evidence
from minutebook.settings.config import Config
from minutebook.sources.addresses import is_remote

#: The frames of a book that are saved, as CSV and as Parquet.
FRAMES = ("timeline", "minutes", "happenings", "messages")
#: What `save_book` writes into a folder.
FILES = (
    "timeline.csv", "timeline.parquet", "minutes.csv", "minutes.parquet", "happenings.csv", "happenings.parquet",
    "messages.csv", "messages.parquet", "rejects.csv", "impact.json", "impact.svg", "ledger.json",
)  # fmt: skip
_READ_AGAIN = (*(f"{name}.parquet" for name in FRAMES), "impact.json")


def save_book(book: Book, folder: Evidence) -> list[Path]:
    """Write a book into a folder (made if need be); gives its files."""
    from minutebook.outputs.atomic import open_staged, replace_together
    from minutebook.outputs.csv import write_csv
    from minutebook.outputs.json import write_json
    from minutebook.outputs.parquet import write_parquet
    from minutebook.outputs.plots.overview.scene import Look
    from minutebook.outputs.plots.pictures import take_picture

    # The ledger comes last and has the hashes of the others: a folder whose ledger fits holds a whole book.
    with replace_together(folder, last="ledger.json") as place:

        def write(name: str, writer: Callable[..., None], what: object) -> None:
            with open_staged(place / name) as stream:
                writer(what, stream)

        for name in FRAMES:
            write(f"{name}.csv", write_csv, getattr(book, name))
            write(f"{name}.parquet", write_parquet, getattr(book, name))
        write("rejects.csv", write_csv, book.rejects)
        write("impact.json", write_json, book.impact)
        with open_staged(place / "impact.svg") as stream:
            stream.write(take_picture(book, Look()))
        hashes = {name: hash_file(place / name) for name in FILES if name != "ledger.json"}
        write("ledger.json", write_json, {**book.ledger, "files": hashes})
    return [Path(folder) / name for name in FILES]


def hash_file(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_book(folder: Evidence) -> Book:
    """A saved book; raises `EvidenceError` where the folder holds none."""
    import json

    place = Path(folder)
    try:
        frames = {name: pd.read_parquet(place / f"{name}.parquet") for name in FRAMES}
        impact, ledger = (json.loads((place / f"{name}.json").read_text("utf-8")) for name in ("impact", "ledger"))
        files = ledger.pop("files", {})
        torn = [name for name in _READ_AGAIN if name in files and hash_file(place / name) != files[name]]
        is_whole = not torn and isinstance(impact, dict) and "sources" in ledger
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, pa.ArrowException) as error:
        raise _not_whole(folder) from error
    if not is_whole:
        raise _not_whole(folder)
    return Book(
        **frames,
        impact=impact,
        ledger=ledger,
        users=pd.DataFrame(columns=["window", "user", "state"]),
    )


def _not_whole(folder: Evidence) -> EvidenceError:
    return EvidenceError("holds no whole book", where=str(folder), do="run `minutebook reconstruct` again")


def open_book(path: Evidence) -> Book:
    """The book saved in a folder, else one made from the evidence there with default settings."""
    return load_book(path) if is_book(path) else reconstruct([path], Config())


def is_book(path: Evidence) -> bool:
    """Whether a path is the folder of a saved book."""
    if is_remote(path):
        return False
    return (Path(path) / "ledger.json").is_file() and (Path(path) / "timeline.parquet").is_file()
