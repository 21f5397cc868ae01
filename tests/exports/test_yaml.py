from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.exports import load_exports, parse_documents, pick_export, read_export
from minutebook.exports.texts.yaml import parse_yaml


def one(text: str) -> object:
    ((_, value, _),) = parse_yaml(text)
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1", {"a": 1}),
        ('a: "1"', {"a": "1"}),
        ("a: 007", {"a": "007"}),
        ("a: 1.5\nb: -2\nc: 1e3", {"a": 1.5, "b": -2, "c": "1e3"}),
        ("a: true\nb: null\nc:\nd: ~", {"a": True, "b": None, "c": None, "d": None}),
        ("a: 2026-11-23T09:00:00Z", {"a": "2026-11-23T09:00:00Z"}),
        ("a:\n- b: 1\n  c: 2\n- b: 3", {"a": [{"b": 1, "c": 2}, {"b": 3}]}),
        ("a:\n  - - 1\n    - 2\n  -\n    x: 1", {"a": [[1, 2], {"x": 1}]}),
        ("a: {}\nb: []\nc: [x, y]\nd: {\"k\": [1]}", {"a": {}, "b": [], "c": ["x", "y"], "d": {"k": [1]}}),
        ("a: |\n  one\n  two\nb: >-\n  one\n  two", {"a": "one\ntwo\n", "b": "one two"}),
        ("a: one\n  two\nb: 'it''s'\nc: \"x\\ty\"", {"a": "one two", "b": "it's", "c": "x\ty"}),
        ("app.kubernetes.io/name: mail\n\"quoted: key\": 1", {"app.kubernetes.io/name": "mail", "quoted: key": 1}),
        ("a: http://x:8080/y # why\n# b: 2\nc: 3", {"a": "http://x:8080/y", "c": 3}),
        ("a: ReplicaSet \"x\" timed out: why", {"a": 'ReplicaSet "x" timed out: why'}),
    ],
)  # fmt: skip
def test_what_commands_print_is_read(text: str, expected: object) -> None:
    assert one(text) == expected


def test_documents_and_the_lines_they_begin_at() -> None:
    assert [found[:2] for found in parse_yaml("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n")] == [
        (2, {"a": 1}),
        (6, {"b": 2}),
    ]


@pytest.mark.parametrize(
    "text", ["a: &x 1", "a: *x", "a: !!python/object:os.system x", "a: {b: 1}", "a: 'x", "a: 1\n   b: 2\n c: 3"]
)
def test_the_rest_of_yaml_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"line|quote"):
        parse_yaml(text)


SCALARS = st.integers(-(10**9), 10**9) | st.booleans() | st.none() | st.text("abc :#-'\"{}[]|>&*é", max_size=9)
NESTED = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc./-", min_size=1).filter(lambda k: k[0] != "-"), inner, max_size=3)
)  # fmt: skip


def write(value: object, indent: int = 0) -> str:
    """As kubectl writes: blocks, quotes around texts, nothing in one line but scalars and what is empty."""
    import json

    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{json.dumps(k)}:{_behind(v, indent)}" for k, v in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{_behind(v, indent)}" for v in value)
    return f"{pad}{json.dumps(value)}\n"


def _behind(value: object, indent: int) -> str:
    block = isinstance(value, dict | list) and value
    return "\n" + write(value, indent + 1) if block else " " + write(value).lstrip()


@given(st.dictionaries(st.sampled_from("abc"), NESTED, min_size=1))
def test_what_is_written_is_read_again(value: dict[str, object]) -> None:
    assert one(write(value)) == value


@given(st.text("ab:- \n#'\"|>{}[]&*!", max_size=60))
def test_no_text_raises_anything_but_value_errors(text: str) -> None:
    try:
        parse_yaml(text)
    except ValueError as error:
        assert str(error)


def test_each_record_is_evidence_by_its_own_lines() -> None:
    rs = 'kind: ReplicaSet\nmetadata:\n  name: {n}\n  creationTimestamp: "2026-11-23T09:0{n}:00Z"\n'
    rs += '  annotations:\n    deployment.kubernetes.io/revision: "{n}"\nspec:\n  replicas: 1\n'
    several = "".join("---\n" + rs.replace("{n}", str(n)) for n in (1, 2)).encode()
    listed = b"apiVersion: v1\nkind: List\nitems:\n" + b"".join(
        "- {}\n".format(rs.replace("{n}", str(n)).replace("\n", "\n  ").rstrip()).encode() for n in (1, 2)
    )
    for content, lines in ((several, [2, 11]), (listed, [4, 12])):
        documents = parse_documents(content)
        export = pick_export([document.value for document in documents], load_exports()).format
        assert export is not None
        rows = read_export(documents, export).rows
        assert [row["line"] for row in rows] == lines
        for row in rows:
            text = content[int(str(row["offset"])) :][: int(str(row["length"]))].decode()
            assert text.lstrip("- ").startswith("kind: ReplicaSet")
            assert text.endswith("replicas: 1")
