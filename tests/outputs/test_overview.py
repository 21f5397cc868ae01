"""The plot for the postmortem: it can be drawn of anything, and is the same bytes each time."""

import io
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import pandas as pd
import pytest
from incidents import (
    alert,
    at,
    deploy,
    long_incident,
    make_happenings,
    make_impact,
    make_minutes,
    make_window,
    short_incident,
)
from matplotlib.figure import Figure

from minutebook.errors import MinutebookError
from minutebook.outputs.plots.figures import save_figure
from minutebook.outputs.plots.overview import draw_impact
from minutebook.outputs.plots.phases import build_lanes

HOSTILE = [
    "$x^2$", "_hidden", "L" * 300, "esc\x1b[31m\x00", "\u202eשלום", "日本語", r"$\frac{$",
    "<b>&", "😀",
]  # fmt: skip


def svg_of(*parts, **options):
    stream = io.BytesIO()
    save_figure(draw_impact(*parts, **options), stream, "svg")
    return stream.getvalue().decode()


def texts_of(svg):
    nodes = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(node.itertext()) for node in nodes]


NOTHING = make_minutes(1, None).head(0)


def hostile_happenings():
    rows = []
    for n in range(20):
        end = at(9 + n * 0.7) if n % 3 else None
        rows += alert(at(5 + n * 0.7), end, HOSTILE[n % len(HOSTILE)], f"e{n}")
    for n, name in enumerate(HOSTILE):
        rows += deploy(at(6 + n / 2), at(6.2 + n / 2), name, f"d{n}", ["succeeded", "failed"][n % 2])
    return make_happenings(rows)


def test_svg_is_the_same_bytes_and_its_text_is_text():
    first, second = svg_of(*short_incident()), svg_of(*short_incident())
    assert first == second
    texts = texts_of(first)
    labels = (
        "impact start 09:08:06",
        "detected 09:09:55",
        "impact end 09:17:13",
        "shop 2.0.0",
        "ShopErrorRatioHigh checkout",
        "no data",
        "UTC, 23 November 2026",
    )
    for label in labels:
        assert label in texts


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_other_formats_are_the_same_bytes_too(format, tmp_path):
    for name in ("a", "b"):
        save_figure(draw_impact(*short_incident()), tmp_path / f"{name}.{format}")
    written = (tmp_path / f"a.{format}").read_bytes()
    assert written == (tmp_path / f"b.{format}").read_bytes()
    assert written[:4] in (b"\x89PNG", b"%PDF")


def test_the_order_of_rows_does_not_matter():
    minutes, impact, happenings = short_incident()
    shuffled = minutes.sample(frac=1, random_state=1), impact, happenings.iloc[::-1]
    assert svg_of(*shuffled) == svg_of(minutes, impact, happenings)


def test_no_global_state_is_touched():
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 31, "text.parse_math": True, "axes.spines.top": True}):
        inside = svg_of(*short_incident())
    assert dict(mpl.rcParams) == before
    assert inside == svg_of(*short_incident()), "and none leaks in"


def test_axes_are_taken_and_given_back():
    figure = Figure(figsize=(8, 6))
    axes = list(figure.subplots(3, 1))
    assert draw_impact(*short_incident(), axes=axes) == axes
    assert all(panel.get_figure() is figure for panel in axes)
    with pytest.raises(MinutebookError, match="3 panels, but 2"):
        draw_impact(*short_incident(), axes=axes[:2])


def test_hostile_labels_are_drawn_as_what_they_are():
    minutes, impact, _ = short_incident()
    impact["windows"][0]["service"] = "$x$"
    svg = svg_of(minutes, impact, hostile_happenings(), size_in=(14, 9))
    texts = texts_of(svg)
    assert "shop $x^2$" in texts and "shop _hidden failed" in texts and "shop <b>& failed" in texts
    assert not any("\x1b" in text or "\u202e" in text for text in texts)


def test_the_middle_panel_says_whether_users_or_clients_were_hit():
    minutes, impact, happenings = short_incident()
    users = impact["windows"][0]["users"]
    for named, nameless, told in ((9, 0, "users"), (None, 9, "clients"), (2, 9, "users and clients")):
        users |= {"affected": named, "anonymous_clients": nameless}
        assert f"{told} who hit a failure, a minute" in texts_of(svg_of(minutes, impact, happenings))


def test_a_change_s_lane_is_named_by_what_it_is_not_by_how_it_began():
    told = [(at(hour), "change", phase, "c1", f"build of shop #7 {done}", None)
            for hour, phase, done in ((6, "started", "started"), (7, "succeeded", "finished"))]  # fmt: skip
    assert [lane.label for lane in build_lanes(make_happenings(told))] == ["build of shop #7"]


def test_what_has_no_room_is_counted():
    minutes, impact, _ = short_incident()
    texts = texts_of(svg_of(minutes, impact, hostile_happenings(), size_in=(8, 5)))
    assert any(text.startswith("+ ") and text.endswith("more alerts") for text in texts)


def late_incident():
    """Milestones so close to the right edge that their labels lie to the left of them."""
    minutes, _, happenings = short_incident()
    window = make_window(at(23), at(24, 50))
    stones = {"detected": at(24), "acknowledged": at(24, 20), "mitigated": at(24, 40)}
    return minutes, make_impact(window, **stones), happenings


def boxes_of(figure):
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    for panel in figure.axes:
        for text in panel.texts:
            yield text.get_text(), text.get_window_extent(renderer)


@pytest.mark.parametrize("size_in", [(8, 5), (14, 8)])
@pytest.mark.parametrize("make", [short_incident, long_incident, late_incident])
def test_no_label_lies_over_another_or_outside(size_in, make):
    figure = draw_impact(*make(), size_in=size_in)
    boxes = list(boxes_of(figure))
    assert len(boxes) > 5
    for n, (text, box) in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, text
        for other, second in boxes[:n]:
            assert not box.padded(-1).overlaps(second.padded(-1)), (text, other)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((make_minutes(25, None), make_impact(), make_happenings([])), id="no window"),
        pytest.param((make_minutes(1, None), make_impact(), make_happenings([])), id="one minute"),
        pytest.param((NOTHING, make_impact(), make_happenings([])), id="nothing"),
        pytest.param((NOTHING, make_impact(), short_incident()[2]), id="alerts only"),
        pytest.param((make_minutes(2880, (700, 760)), make_impact(make_window(at(700), at(760))),
                      short_incident()[2]), id="two days"),
        pytest.param((make_minutes(9, None, services=[f"svc{n}" for n in range(12)]), make_impact(),
                      short_incident()[2]), id="twelve services"),
        pytest.param((make_minutes(9, None, gaps=range(9)), {"windows": None}, make_happenings([])),
                     id="no evidence"),
    ],
)  # fmt: skip
def test_it_can_be_drawn(parts):
    assert svg_of(*parts, zone="Asia/Kolkata")


def test_unknown_users_are_said_and_not_drawn_as_none():
    minutes, impact, happenings = short_incident()
    assert not any("unknown" in text for text in texts_of(svg_of(minutes, impact, happenings)))
    for failed_users in (pd.NA, (minutes["failed"] * 0).mask(minutes["failed"] > 0)):
        minutes["failed_users"] = pd.Series(failed_users, minutes.index, dtype="Int64")
        assert any("unknown" in text for text in texts_of(svg_of(minutes, impact, happenings)))


def test_one_far_minute_does_not_make_the_grid_explode():
    minutes = make_minutes(3, None)
    minutes.loc[0, "minute"] = pd.Timestamp("1999-01-01T00:00:00Z")
    assert svg_of(minutes, make_impact(), make_happenings([]))


def test_an_unknown_zone_or_suffix_is_one_clear_error(tmp_path):
    with pytest.raises(MinutebookError, match="no time zone"):
        draw_impact(*short_incident(), zone="Mars/Olympus")
    with pytest.raises(MinutebookError, match=r"did you mean \.svg"):
        save_figure(draw_impact(*short_incident()), tmp_path / "x.svgg")


def test_lanes_join_the_phases_of_one_entity():
    rollout, refired = build_lanes(
        make_happenings(
            [
                *deploy(at(8), at(9), "2.0.0", "d", "rolled_back"),
                *alert(at(9), at(12), "Errors"),
                *alert(at(14), None, "Errors"),
                (at(10), "alert", "acknowledged", "Errors", "acknowledged by on-call", None),
            ]
        )
    )
    assert (rollout.kind, rollout.label) == ("deploy", "shop 2.0.0")
    assert [(s.start, s.end, s.outcome) for s in rollout.spans] == [(at(8), at(9), "rolled_back")]
    assert [(s.start, s.end) for s in refired.spans] == [(at(9), at(12)), (at(14), None)]
    assert refired.acknowledged == [at(10)] and refired.label == "Errors"


def test_a_lane_has_the_commit_in_short_and_a_run_without_a_service_its_own_name():
    sha = "9af03c1" + "0" * 33
    rows = make_happenings(
        [*deploy(at(8), at(9), sha, "d", "succeeded"), *deploy(at(5), at(6), sha, "run", "succeeded")]
    )
    rows.loc[rows["entity"] == "run", "service"] = None
    rows.loc[rows["entity"] == "run", "message"] = "run of release shop 9af03c1 started: prices in cents"
    assert [lane.label for lane in build_lanes(rows)] == ["run of release shop 9af03c1", "shop 9af03c1"]


def test_what_is_routine_has_no_lane():
    rows = make_happenings(
        [*deploy(at(8), at(9), "2.0.0", "d", "succeeded"), (at(8), "change", "noted", "e", "Started", None)]
    )
    rows["fields"] = [None] * (len(rows) - 1) + ['{"routine": "of type Normal"}']
    assert [lane.label for lane in build_lanes(rows)] == ["shop 2.0.0"]


def test_log_lines_are_not_called_requests():
    minutes, impact, happenings = short_incident()
    told = texts_of(svg_of(minutes, impact | {"sli": {"layer": "lines"}}, happenings))
    assert "log lines a minute" in told
    assert not [text for text in told if "request" in text]
