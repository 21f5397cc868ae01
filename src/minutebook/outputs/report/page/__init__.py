"""facts → one self-contained HTML file: readable without script or network, inert whatever the evidence holds.

The policy in its head allows this one style sheet and this one script, by their hashes, and nothing else: no request can
leave, and markup that got into the page by mistake would do nothing. This file has the page's frame and the table of its
sections; each section has a file, and `blocks` has what they share.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import NamedTuple

from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.markup import Html, element
from minutebook.outputs.report.page.clocks import show_clocks
from minutebook.outputs.report.page.completeness import show_completeness
from minutebook.outputs.report.page.definitions import show_definitions
from minutebook.outputs.report.page.impact import show_impact
from minutebook.outputs.report.page.ledger import show_ledger
from minutebook.outputs.report.page.minutes import show_minutes
from minutebook.outputs.report.page.plot import show_plots
from minutebook.outputs.report.page.timeline import show_timeline


class Section(NamedTuple):
    """A part of the page: its anchor, the link that leads there, its heading, what it shows, its class."""

    name: str
    link: str
    title: str
    show: Callable[[Facts], Iterable[str]]
    look: str = ""


SECTIONS = (
    Section("completeness", "Evidence", "How complete the evidence is", show_completeness, look="box"),
    Section("impact", "Impact", "Impact", show_impact),
    Section("plot", "Plot", "Minute by minute", show_plots),
    Section("timeline", "Timeline", "Timeline", show_timeline),
    Section("minutes", "Minutes", "Minutes", show_minutes),
    Section("clocks", "Clocks", "Clocks and assumptions", show_clocks),
    Section("ledger", "Ledger", "Ledger", show_ledger),
    Section("definitions", "Definitions", "What the figures mean", show_definitions),
)


def render_page(facts: Facts) -> str:
    """The whole page; the same facts give the same text."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", facts.title),
        element("link", rel="icon", href="data:,"),
        Html(f"<style>{style}</style>"),
    )
    body = element(
        "body",
        element("a", "To the timeline", class_="skip", href="#timeline"),
        _header(facts),
        element("main", *(_section(each, facts) for each in SECTIONS), id="main"),
        element("footer", element("p", "Facts and their evidence, no causes: those are for people to find. All times are UTC.")),
        Html(f"<script>{script}</script>"),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _header(facts: Facts) -> Html:
    return element(
        "header",
        element("p", "What happened", class_="kicker"),
        element("h1", facts.title),
        element("p", facts.span, class_="span"),
        element("nav", *(element("a", each.link, href=f"#{each.name}") for each in SECTIONS), aria_label="Sections"),
    )


def _section(section: Section, facts: Facts) -> Html:
    return element(
        "section", element("h2", section.title, id=f"{section.name}-title"), *section.show(facts),
        id=section.name, class_=section.look, aria_labelledby=f"{section.name}-title",
    )  # fmt: skip
