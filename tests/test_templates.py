from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.summary.templates import find_templates


def find(*messages: str | None) -> list[str | None]:
    return find_templates(pa.array(messages, pa.string())).to_pylist()


SAME = [
    ("took 12 ms", "took 7 ms"),
    ("took 12 ms", "took 1.5s"),
    ("free 5.2 KB of 1 GB", "free 93 B of 64GiB"),
    ("offset -3", "offset +12,000.5"),
    ("at 00:06:12,120", "at 2026-11-23T09:08:04.120Z"),
    ("expires Fri Jul 29 23:59:59", "expires Tue Aug  2 01:02:03"),
    ("request 9f86d081884c7d65 failed", "request deadbeefcafebabe failed"),
    ("request 12345678 failed", "request 1234567e failed"),
    ("trace 01ARZ3NDEKTSV4RRFFQ69G5FAV", "trace f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    ("trace abcdefab-cdef-abcd-efab-cdefabcdefa0", "trace f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    ("register 0xffff", "register 0010449c"),
    ("stored blk_-6952295868487656571", "stored blk_38865049064139660"),
    ("no route to 192.0.2.7", "no route to 2001:db8::ff00:42:8329"),
    ("no route to 192.0.2.7:5432", "no route to db.example.com:5432"),
    ("no route to db.example.com.", "no route to db.shop.internal."),
    ("hop 192.0.2.1,192.0.2.2 lost", "hop 192.0.2.1 lost"),
    ("chip FF:F2:9F:16:D1:00 found", "chip FF:FF:0E:EB:3D:AA found"),
    ("cannot open /var/log/a.log", "cannot open /srv/data/deep/er"),
    ("cannot open ./run", r"cannot open C:\Temp\x.txt"),
    ("cannot open ~/.ssh/config", "cannot open conf/app.yaml"),
    ("fetching https://example.com/a?b=1", "fetching http://192.0.2.1:8080/"),
    ("mail to ada@example.com bounced", "mail to grace.h+x@mail.example.org bounced"),
    ('unknown sku "red hat"', 'unknown sku "bowl"'),
    ("unknown sku 'it's red'", "unknown sku 'bowl'"),
    ("unknown column `name`", "unknown column `price`"),
    ('"GET /cart?id=7 HTTP/1.1" 200', '"GET /orders HTTP/1.1" 404'),
    ("login refused user=ada", "login refused user=u17"),
    ("Failed password for ada from 192.0.2.7 port 22", "Failed password for root from 192.0.2.9 port 4022"),
    ("Invalid user ada from 192.0.2.7", "Invalid user root from 192.0.2.9"),
    ("no route to api.example.io", "no route to web.example.com.au"),
    ("session opened for user ada by (uid=0)", "session opened for user root by (uid=7)"),
    ("retried [1, 2, 3]", "retried [4]"),
    ("worker 3  is idle", "worker 12 is idle"),
]
APART = [
    ("disk full", "disk failing"),
    ("can't connect, won't retry", "can't resolve, won't retry"),
    ('"GET /cart HTTP/1.1" 200', '"POST /cart HTTP/1.1" 200'),
    ("read/write error", "input/output error"),
    ("java.net.SocketException: reset", "java.net.ConnectException: reset"),
    ("com.example.net.Pool is empty", "com.example.net.Queue is empty"),
    ("cache2 is down", "queue2 is down"),
    ("step2-validate failed", "step2-store failed"),
    ("check pass; user unknown", "check pass; user locked"),
    ("request failed error=timeout", "request failed error=refused"),
    ("state OPEN", "state CLOSED"),
    ("timeout for read from 192.0.2.7", "timeout for write from 192.0.2.7"),
    ("cache miss for user profile", "cache miss for user settings"),
    ("socket.io disconnected", "engine.io disconnected"),
    ("3 slots left", "3 messages left"),
    ("cannot open /var/log/a.log: denied", "cannot open /var/log/a.log: missing"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_messages_that_differ_by_a_value_share_a_template(one: str, other: str) -> None:
    first, second = find(one, other)
    assert first == second


@pytest.mark.parametrize(("one", "other"), APART)
def test_messages_that_differ_by_a_word_do_not(one: str, other: str) -> None:
    first, second = find(one, other)
    assert first != second


def test_a_class_keeps_its_name_and_a_request_its_verb() -> None:
    assert find('java.io.IOException at "GET /a HTTP/1.1"') == ['java.io.IOException at "GET <*>"']


def test_null_has_no_template_and_the_empty_message_an_empty_one() -> None:
    assert find(None, "", None) == [None, "", None]


def test_a_template_is_short_even_of_a_megabyte_in_one_word() -> None:
    long = "a.1." * 250_000
    (template,) = find("refused: " + long)
    assert template is not None and template.startswith("refused: ") and len(template) <= 400
    assert find("refused: " + long + "tail") == [template]


words = st.sampled_from(["order", "refused", "pool", "cart", "timeout", "won't", "of", "the", "queue", "zone"])
numbers = st.integers().map(str) | st.floats(0, 1e9).map("{:.3f}".format)
values = {
    "number": numbers,
    "id": st.uuids().map(str) | st.binary(min_size=8, max_size=16).map(bytes.hex),
    "address": st.ip_addresses(v=4).map(str) | st.tuples(st.ip_addresses(v=4), st.integers(1, 65535)).map("{0[0]}:{0[1]}".format),
    "path": st.lists(st.from_regex(r"[a-z0-9_]{1,8}(\.[a-z]{1,3})?", fullmatch=True), min_size=1, max_size=4).map(
        lambda parts: "/" + "/".join(parts)
    ),
    "quoted": st.text(st.characters(exclude_characters='"', categories=("L", "N", "P", "Z")), max_size=12).map('"{}"'.format),
}  # fmt: skip


@st.composite
def pairs_of_messages(draw: st.DrawFn) -> tuple[str, str]:
    """The same words twice, with other values of the same kinds between them."""
    one, other = [draw(words)], []
    other += one
    for kind in draw(st.lists(st.sampled_from(sorted(values)), max_size=4)):
        between = draw(words)
        one += [draw(values[kind]), between]
        other += [draw(values[kind]), between]
    return " ".join(one), " ".join(other)


@given(pairs_of_messages())
def test_values_make_no_difference(pair: tuple[str, str]) -> None:
    one, other = find(*pair)
    assert one == other


@given(pairs_of_messages())
def test_a_template_is_its_own_template(pair: tuple[str, str]) -> None:
    template = find(pair[0])
    assert find(*template) == template


@given(st.lists(words, min_size=1, max_size=6))
def test_words_alone_are_left_as_they_are(said: list[str]) -> None:
    assert find(" ".join(said)) == [" ".join(said)]


@given(
    st.lists(st.text(max_size=40) | pairs_of_messages().map(lambda pair: pair[0]) | st.none(), max_size=12), st.data()
)
def test_neither_order_nor_batches_make_a_difference(messages: list[str | None], data: st.DataObject) -> None:
    whole = find(*messages)
    order = data.draw(st.permutations(range(len(messages))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(messages)), max_size=3)))
    shuffled = [messages[i] for i in order]
    parts = [find(*shuffled[a:b]) for a, b in itertools.pairwise([0, *cuts, len(messages)])]
    assert list(itertools.chain(*parts)) == [whole[i] for i in order]


@given(st.lists(st.text(max_size=20) | st.none(), min_size=2, max_size=8), st.integers(0, 8))
def test_chunks_and_slices_of_an_array_are_read_alike(messages: list[str | None], at: int) -> None:
    array = pa.array(messages, pa.string())
    at = min(at, len(messages))
    chunked = pa.chunked_array([array[:at], array[at:]], pa.string())
    assert find_templates(chunked).to_pylist() == find(*messages)
