"""evidence → a book: all that is known of an incident, which can be saved in a folder and loaded again.

Read in order: `whole` (what a book is), `hiding` (redaction), `making` (the chain), `files`.
"""

from minutebook.book.files import FILES, hash_file, is_book, load_book, open_book, save_book
from minutebook.book.hiding import NAMING_KINDS, gather_redaction, pick_happenings, pick_key
from minutebook.book.making import make_book, reconstruct
from minutebook.book.whole import Book

__all__ = [
    "FILES", "NAMING_KINDS", "Book", "gather_redaction", "hash_file", "is_book", "load_book", "make_book", "open_book",
    "pick_happenings", "pick_key", "reconstruct", "save_book",
]  # fmt: skip
