"""Text from evidence does nothing where it is shown."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.outputs.inert import escape_html, escape_invisible, escape_markdown, measure_width, shorten


def test_what_could_act_on_a_reader_is_shown_as_its_escape():
    hostile = "\x1b[2J \x9b31m a\u202eb c\u200bd e\nf g\u2028h \U000e0041 \ud800"
    shown = escape_invisible(hostile)
    assert shown == (r"\x1b[2J \x9b31m a\u202eb c\u200bd e\x0af g\u2028h \U000e0041 \ud800")
    assert escape_invisible("plain é שלום 日本") == "plain é שלום 日本"


@settings(derandomize=True, deadline=None)
@given(st.text(), st.integers(0, 100))
def test_shortened_text_fits_and_what_fits_is_kept(text, width):
    short = shorten(text, width)
    assert measure_width(short) <= width
    if measure_width(text) <= width and len(text) <= width:
        assert short == text


def test_wide_characters_count_twice_and_marks_not_at_all():
    assert measure_width("日本") == 4
    assert measure_width("e\u0301") == 1
    assert len(shorten("a" + "\u0301" * 10_000, 10)) <= 41


HOSTILE = st.text(st.sampled_from("<>&\"'`*_[]()!|#$\\~@^:/.w=a1 \x1b\x9b\u202e\u2028\n\r\0é\ud800"), max_size=40)
ACTIVE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@settings(derandomize=True, deadline=None)
@given(HOSTILE)
def test_no_text_is_markup_in_html_and_each_is_told_whole(text):
    shown = escape_html(text)
    assert not re.search("[<>\"']", shown) and not ACTIVE.search(shown)
    assert html.unescape(shown) == escape_invisible(text)


@settings(derandomize=True, deadline=None)
@given(HOSTILE)
def test_each_mark_of_markdown_is_escaped(text):
    shown = escape_markdown(text)
    assert not ACTIVE.search(shown)
    assert not re.search(r"[`*_{}\[\]<>#|~$@&^]|://", re.sub(r"\\.", "", shown))
    assert re.sub(r"\\(.)", r"\1", shown) == escape_invisible(text)
