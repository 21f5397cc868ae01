"""The views of a plot: each can be drawn of anything, onto given axes too, and is the same bytes each time."""

import io
import itertools
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from reports import make_book

import minutebook as mb
from minutebook.errors import MinutebookError
from minutebook.outputs.plots import NAMES, VIEWS, draw_plot
from minutebook.outputs.plots.figures import save_figure

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "slow-payments" / "evidence"
HOSTILE = ("$x^2$ " + "L" * 300, "\x1b[31m\x00", "\u202eשלום", r"$\frac{$", "<b>&", "😀", "_hidden")


@pytest.fixture(scope="module")
def book() -> mb.Book:
    return mb.reconstruct(SAMPLE)


def svg_of(book: mb.Book, view: str, **said: object) -> str:
    stream = io.BytesIO()
    save_figure(mb.plot(book, view, **said), stream, "svg")
    return stream.getvalue().decode()


def texts_of(svg: str) -> list[str]:
    nodes = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(node.itertext()) for node in nodes]


#: What each view must say of the sample incident.
TOLD = {
    "errors": ("payments: share that failed, a minute", "usual outside of the windows"),
    "users": ("w2: failures of payments: POST /v1/authorise", "315"),
    "latency": ("POST /v1/authorise of payments: seconds", "slow above"),
    "lanes": ("PaymentsLatencyHigh", "psp.pool_size 64 -> 8"),
    "coverage": ("app payments payments-1", "hatched: nothing"),
    "messages": ("psp pool exhausted", "70 in all"),
    "deploys": ("config of payments started: psp.pool_size 64 -> 8", "388 of 2,851 failed after", "14:08:20"),
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_says_what_it_shows_the_same_bytes_each_time(book: mb.Book, view: str) -> None:
    before = dict(mpl.rcParams)
    svg = svg_of(book, view)
    assert svg == svg_of(book, view)
    assert dict(mpl.rcParams) == before
    told = " | ".join(texts_of(svg))
    assert [text for text in TOLD[view] if text not in told] == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_draws_onto_given_axes_and_gives_them_back(book: mb.Book, view: str) -> None:
    count = sum(bool(axes.axison and axes.get_visible()) for axes in mb.plot(book, view).axes)
    panels = Figure().subplots(count, 1, squeeze=False).ravel()
    assert mb.plot(book, view, axes=panels) is panels
    with pytest.raises(MinutebookError, match=f"{count} panels?, but {count + 1} axes"):
        mb.plot(book, view, axes=Figure().subplots(count + 1, 1))


@pytest.mark.parametrize("view", NAMES)
def test_a_view_of_nothing_and_of_hostile_text_is_a_picture_too(view: str) -> None:
    book = make_book(HOSTILE)
    assert svg_of(book, view).startswith("<?xml")
    for name in ("timeline", "minutes", "happenings", "messages"):
        object.__setattr__(book, name, getattr(book, name).head(0))
    object.__setattr__(book, "impact", {"windows": []})
    object.__setattr__(book, "ledger", {"sources": []})
    assert svg_of(book, view).startswith("<?xml")


def test_of_many_services_those_that_failed_are_shown_each_with_its_own_windows_only(tmp_path: Path) -> None:
    lines = []
    for second in range(0, 1800, 5):
        for name in "abcdefghijkl":
            is_bad = name in "kl" and 600 <= second < 1200
            lines.append(
                f'{{"time": "2026-11-23T09:{second // 60:02}:{second % 60:02}Z", "service": "{name}", "method": "GET",'
                f' "path": "/x", "status": {500 if is_bad else 200}, "user": "u{second}", "msg": "done {is_bad}"}}\n'
            )
    (tmp_path / "app.jsonl").write_text("".join(lines))
    busy = mb.reconstruct(tmp_path)
    errors = mb.plot(busy, "errors").axes
    titles = [axes.get_title(loc="left")[:1] for axes in errors]
    assert len(titles) == 8
    assert titles[-2:] == ["k", "l"]
    assert [len(axes.lines) > 0 for axes in errors] == [False] * 6 + [True] * 2
    coverage = mb.plot(busy, "coverage")
    names = [label.get_window_extent() for label in coverage.axes[0].get_yticklabels()]
    assert len(names) == 12
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(names))


def test_on_a_narrow_figure_panels_stand_one_over_the_other(book: mb.Book) -> None:
    def lefts(**said: tuple[float, float]) -> int:
        figure = draw_plot(book, "deploys", **said)
        figure.canvas.draw()
        return len({round(axes.get_position().x0, 2) for axes in figure.axes if axes.get_visible()})

    assert (lefts(), lefts(size_in=(4.5, 9.0))) == (2, 1)


def test_times_are_shown_in_the_zone(book: mb.Book) -> None:
    assert "Asia/Tokyo" in " ".join(texts_of(svg_of(book, "errors", zone="Asia/Tokyo")))


def test_an_unknown_view_names_those_that_there_are(book: mb.Book) -> None:
    with pytest.raises(MinutebookError, match=r"no view is called 'eror'.*errors"):
        mb.plot(book, "eror")


def test_a_service_that_only_the_edge_logs_has_its_own_requests(book: mb.Book) -> None:
    own = book.minutes[book.minutes["service"] == "catalog"]
    assert own["requests"].sum() > 50 * own["failed"].sum()


def test_messages_add_up_to_what_the_timeline_says(book: mb.Book) -> None:
    total = book.messages.groupby("message")["count"].sum()
    assert total["psp pool exhausted"] == 70
    assert str(book.messages["minute"].dtype) == "datetime64[us, UTC]"
    assert isinstance(book.messages, pd.DataFrame)
