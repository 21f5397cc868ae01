"""a book's figure → SVG inside a page: no style or script of its own, ids that clash with nothing, colours by class.

Matplotlib writes its looks into ``style`` attributes, which a strict policy of the page forbids. They become
presentation attributes here, which a style sheet may still override: that is how the dark plot is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from minutebook.outputs.bookish import Bookish
from minutebook.outputs.inert import escape_html
from minutebook.outputs.plots.overview.scene import Look
from minutebook.outputs.plots.pictures import take_picture
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.markup import Html, element

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_SIZE = re.compile(r"([\d.]+)px")
_LONG_FRACTION = re.compile(r"-?\d+\.\d{3,}")
_SPACES = re.compile(r"\s+")
_DROPPED = frozenset({"metadata", "style", "title"})
#: One plot for screens and paper, one for phones, whose letters stay legible.
LOOKS = {"wide": Look((10.0, 6.0)), "narrow": Look((5.7, 7.6))}
_LABEL = (
    "Three panels over one time axis: requests and failures by minute, users with a failure by minute, deploys and"
    " alerts. The tables of timeline and minutes hold the same figures."
)


def show_plots(facts: Facts) -> Iterator[Html]:
    """The plot in both sizes, of which the style sheet shows one."""
    plots = (
        element("div", _render_plot(facts.plotted, name=name, look=look, label=_LABEL), class_=name)
        for name, look in LOOKS.items()
    )
    caption = "Hatched bars: failures. Cross-hatched: no data; dotted: covered in part. Tinted: the impact window."
    yield element("figure", *plots, element("figcaption", caption))


def _render_plot(book: Bookish, *, name: str, look: Look, label: str) -> Html:
    """The plot as an ``<svg>`` whose ids begin with ``name``; ``label`` is what a screen reader says of it."""
    drawn = take_picture(book, look)
    root = ElementTree.fromstring(drawn)
    used = set(_REFERENCE.findall(drawn.decode("utf-8")))
    used |= {value[1:] for node in root.iter() for key, value in node.items() if _local(key) == "href"}
    inside = Html("".join(_render(node, name, used) for node in root))
    return element("svg", inside, viewBox=root.get("viewBox"), class_="plot", role="img", aria_label=label)


def _render(node: ElementTree.Element, name: str, used: set[str]) -> str:
    tag = _local(node.tag)
    if tag in _DROPPED:
        return ""
    inside = "".join(_render(child, name, used) for child in node)
    if tag == "defs" and not inside:
        return ""
    attributes = _attributes(node, name, used)
    if tag == "g" and not attributes:
        return inside
    told = "".join(f' {key}="{escape_html(value)}"' for key, value in attributes.items())
    text = escape_html(node.text) if tag == "text" and node.text else ""
    return f"<{tag}{told}>{text}{inside}</{tag}>"


def _attributes(node: ElementTree.Element, name: str, used: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in node.items():
        key = _local(key)
        if key == "id":
            if value in used:
                found["id"] = f"{name}-{value}"
        elif key == "href":
            found["href"] = f"#{name}-{value[1:]}"
        elif key == "style":
            found |= _read_style(value, name)
        else:
            found[key] = _LONG_FRACTION.sub(_round, _SPACES.sub(" ", _rename(value, name)).strip())
    return found


def _read_style(style: str, name: str) -> dict[str, str]:
    found = {}
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":  # size and family in one, which no attribute takes
            size = _FONT_SIZE.search(value)
            found["font-size"] = size[1] if size else "8"
        elif key and key != "font-family":
            found[key] = _rename(value, name)
    return found


def _rename(value: str, name: str) -> str:
    return _REFERENCE.sub(rf"url(#{name}-\1)", value)


def _round(number: re.Match[str]) -> str:
    """A hundredth of a point is less than a screen shows; it halves the file."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
