"""minutebook: logs, deploys and alerts of an incident → its timeline, impact windows and affected users.

    import minutebook as mb

    book = mb.reconstruct("evidence/")
    book.timeline, book.minutes, book.impact, book.ledger
    mb.plot(book)

Most verbs here are commands too, under the same name. Nothing heavy is imported before it's used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minutebook.book import Book as Book
    from minutebook.differences import diff as diff
    from minutebook.errors import EvidenceError as EvidenceError
    from minutebook.errors import FormatError as FormatError
    from minutebook.errors import FrameError as FrameError
    from minutebook.errors import MinutebookError as MinutebookError
    from minutebook.freezing import freeze as freeze
    from minutebook.freezing import verify as verify
    from minutebook.postmortem.actions import actions as actions
    from minutebook.postmortem.actions.review import review as review
    from minutebook.postmortem.actions.tracking import export_actions as export_actions
    from minutebook.postmortem.audit import audit as audit
    from minutebook.postmortem.draft import draft as draft
    from minutebook.postmortem.wording import wording as wording
    from minutebook.settings.config import Config as Config
    from minutebook.settings.rules import Rules as Rules
    from minutebook.verbs import check as check
    from minutebook.verbs import formats as formats
    from minutebook.verbs import impact as impact
    from minutebook.verbs import init as init
    from minutebook.verbs import minutes as minutes
    from minutebook.verbs import orders as orders
    from minutebook.verbs import plot as plot
    from minutebook.verbs import read as read
    from minutebook.verbs import reconstruct as reconstruct
    from minutebook.verbs import redact as redact
    from minutebook.verbs import report as report
    from minutebook.verbs import schema as schema
    from minutebook.verbs import sensitivity as sensitivity
    from minutebook.verbs import show as show
    from minutebook.verbs import timeline as timeline
    from minutebook.verbs import users as users

__version__ = "0.1.0"

#: Verb or class → the module that it's in.
_HOMES = {
    "Book": "book", "Config": "settings.config", "Rules": "settings.rules",
    "MinutebookError": "errors", "EvidenceError": "errors", "FormatError": "errors", "FrameError": "errors",
    "read": "verbs", "reconstruct": "verbs", "timeline": "verbs", "minutes": "verbs", "impact": "verbs",
    "users": "verbs", "plot": "verbs", "check": "verbs", "init": "verbs", "formats": "verbs", "schema": "verbs", "show": "verbs",
    "freeze": "freezing", "verify": "freezing", "diff": "differences",
    "draft": "postmortem.draft", "actions": "postmortem.actions", "export_actions": "postmortem.actions.tracking",
    "review": "postmortem.actions.review", "audit": "postmortem.audit", "wording": "postmortem.wording",
    "redact": "verbs", "report": "verbs", "sensitivity": "verbs", "orders": "verbs",
}  # fmt: skip
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'minutebook' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"minutebook.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
