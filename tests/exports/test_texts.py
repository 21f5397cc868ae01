from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.exports import load_exports, parse_documents, pick_export, read_export


def values(text: str) -> list[object]:
    return [document.value for document in parse_documents(text.encode())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('[{"a": 1}]\n', [[{"a": 1}]]),
        ('\ufeff{"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{\n "a": 1\n}\n{\n "a": 2\n}', [{"a": 1}, {"a": 2}]),  # pretty, one after the other
        ('[{"a": 1}][{"a": 2}]', [[{"a": 1}], [{"a": 2}]]),  # pages of gh api --paginate
        ('\x1e{"a": 1}\n\x1e{"a": 2}\n', [{"a": 1}, {"a": 2}]),  # RFC 7464
        ('{"a": 1}\n{"a": \n{"a": 3}\n', [{"a": 1}, None, {"a": 3}]),  # one damaged line
        ("a: 1\nb:\n- x\n", [{"a": 1, "b": ["x"]}]),
        ("---\na: 1\n---\na: 2\n", [{"a": 1}, {"a": 2}]),
        ("a,b\n1,2\n", [{"a": "1", "b": "2"}]),
        ("a;b\r\n1;2\r\n", [{"a": "1", "b": "2"}]),
        ("a\tb \n1\t 2\n", [{"a": "1", "b": "2"}]),
        ('a,b\n007,NA\n"x\ny",9007199254740993\n', [{"a": "007", "b": "NA"}, {"a": "x\ny", "b": "9007199254740993"}]),
        # a day and times of day in cells of their own; a duration is none of them
        (
            "Date,Start,End,Took\n2026-11-23,9:00,10:30,1:30\n",
            [{"Start": "2026-11-23 9:00", "End": "2026-11-23 10:30", "Took": "1:30"}],
        ),
        ("Datum;Zeit (UTC)\n23.11.2026;09:00\n", [{"time": "23.11.2026 09:00 UTC"}]),
        ("Date,Time\n2026-11-23,soon\n", [{"Date": "2026-11-23", "Time": "soon"}]),
        ("Tag,Date\n1.2,2026-11-23\n", [{"Tag": "1.2", "Date": "2026-11-23"}]),
        ("", []),
        ("  \n\n", []),
    ],
)
def test_every_arrangement_is_read(text: str, expected: list[object]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("text", ["<html><body>Sign in</body></html>", "just words", "{broken", "key: [unclosed\n"])
def test_what_is_not_understood_is_one_text(text: str) -> None:
    assert values(text) == [text]


def test_utf_16_is_read() -> None:
    assert parse_documents('{"a": "ü"}'.encode("utf-16"))[0].value == {"a": "ü"}


def test_documents_know_where_they_stood() -> None:
    content = '{"ä": 1}\n\n{\n"b": 2}\n'.encode()
    documents = parse_documents(content)
    assert [document.line for document in documents] == [1, 3]
    assert [json.loads(content[d.offset : d.offset + d.length]) for d in documents] == [{"ä": 1}, {"b": 2}]


def test_rows_know_where_they_stood() -> None:
    content = 'a,b\n1,ä\n"x\ny",3\n4,5'.encode()
    documents = parse_documents(content)
    assert [document.line for document in documents] == [2, 3, 5]
    found = [content[d.offset : d.offset + d.length].decode() for d in documents]
    assert found == ["1,ä", '"x\ny",3', "4,5"]


def ansible(*told: str) -> str:
    """Lines of Ansible's log, each of (process, text), a second apart."""
    parts = [each.partition(" ") for each in told]
    return "".join(
        f"2026-11-23 09:00:{at:02},120 p={process} u=ops n=ansible | {text}\n"
        for at, (process, _, text) in enumerate(parts)
    )


def happened(text: str) -> list[tuple[int, str, str, str]]:
    """(second, kind, phase, message) of each row of an export."""
    documents = parse_documents(text.encode())
    export = pick_export([document.value for document in documents], load_exports()).format
    assert export is not None
    rows = read_export(documents, export, defaults={}).rows
    return [(row["time"].second, str(row["kind"]), str(row["phase"]), str(row["message"])) for row in rows]  # type: ignore[attr-defined]


COUNTS = "ok=3    changed={}    unreachable={}    failed={}    skipped=0    rescued=0    ignored=0   "


def test_ansibles_log_is_the_runs_of_playbooks_by_their_processes() -> None:
    text = ansible(
        "41 PLAY [Deploy shop] ****", "42 PLAY [db] ****", "41 TASK [restart] ****", "41 ok: [web-1]", "42 ok: [db-1]",
        "41 PLAY [Restart balancer] ***", "41 PLAY RECAP ****", f"41 web-1   : {COUNTS.format(2, 0, 0)}",
        f"41 web-2   : {COUNTS.format(0, 1, 0)}", f"41 web-3 : {COUNTS.format(1, 0, 2)}", "42 PLAY RECAP ****",
        f"42 db-1 : {COUNTS.format(0, 0, 0)}", "42 PLAY [db] ****", "43 PLAY [db] [CHECK MODE] ****", "43 PLAY [CHECK MODE] ****", "43 PLAY RECAP ****",
        f"43 db-1 : {COUNTS.format(1, 0, 0)}",
    )  # fmt: skip
    name = "Ansible run of Deploy shop, Restart balancer"
    assert happened(text) == [
        (0, "deploy", "started", f"{name} started"),
        (1, "change", "started", "Ansible run of db started"),
        (6, "deploy", "failed", f"{name} failed: 3 hosts, 2 changed, 1 failed, 1 unreachable"),
        (10, "change", "succeeded", "Ansible run of db succeeded: 1 host"),
        (12, "change", "started", "Ansible run of db started"),
    ]


def test_what_is_no_run_in_ansibles_log_is_read_as_a_log() -> None:
    steps = ansible("41 TASK [restart] ****", "41 PLAY RECAP ****", f"41 web-1 : {COUNTS.format(2, 0, 0)}")
    play = ansible("41 PLAY [web] ****")
    other = "2026-11-23 09:00:00,120 INFO done\n"
    for text in (steps, play + other, other + play):
        assert not any(isinstance(value, dict) and "ansible_entry" in value for value in values(text))
    # A message of several lines goes on without a stamp.
    assert len(happened(play + "  (run\n\nfrom ci)\n")) == 1


@pytest.mark.parametrize("cut", [5, 25, 45])
def test_ansibles_log_may_be_cut_at_both_ends(cut: int) -> None:
    line = ansible("41 TASK [restart] ****").rstrip()
    run = ansible("41 PLAY [Deploy shop] ****", "41 PLAY RECAP ****", f"41 web-1 : {COUNTS.format(1, 0, 0)}")
    assert happened(line[cut:] + "\n(of ci)\n" + run + line[:cut]) == happened(run) != []
    # Far down in another log it's no log of Ansible's.
    assert not any(isinstance(value, dict) for value in values("a line of another program\n" * 30 + run))


@pytest.mark.parametrize(("later", "runs"), [("11:00:00", [(0, "started"), (0, "started"), (9, "succeeded")]),
                                             ("09:30:00", [(0, "started"), (9, "succeeded")]),
                                             ("99:00:00", [(0, "started"), (9, "succeeded")])])  # fmt: skip
def test_a_run_of_ansible_that_was_killed_does_not_go_on_in_the_next_of_its_number(
    later: str, runs: list[tuple[int, str]]
) -> None:
    killed = ansible("7 PLAY [Deploy shop] ****", "7 TASK [restart] ****")
    again = ansible("7 PLAY [Deploy shop] ****").replace("09:00:00", later)
    end = ansible("7 PLAY RECAP ****", f"7 web-1 : {COUNTS.format(1, 0, 0)}").replace("09:00:0", "11:10:0")
    found = happened(killed + again + end.replace("11:10:00", "11:10:09"))
    assert [(second, phase) for second, _, phase, _ in found] == runs


def test_nagios_splits_its_own_separators_only() -> None:
    text = "[1795424400] SERVICE ALERT: db-1;Disk;CRITICAL;HARD;3;91; above 90\n[1795424401] Auto-save done.\n"
    first, second = values(text)
    assert first == {
        "nagios_time": "1795424400", "nagios_entry": "SERVICE", "host": "db-1", "service": "Disk", "state": "CRITICAL",
        "type": "HARD", "attempt": "3", "output": "91; above 90",
    }  # fmt: skip
    assert second == {"nagios_time": "1795424401", "nagios_entry": "Auto-save done."}


def test_git_log_by_fields_and_as_it_comes() -> None:
    sha = "1" * 40
    (one,) = values(f"{sha}\t2026-11-23T10:00:00+01:00\t2026-11-01T10:00:00+01:00\tKim\tWiden: the queue\n")
    assert one == {
        "commit_sha": sha, "committed_at": "2026-11-23T10:00:00+01:00", "authored_at": "2026-11-01T10:00:00+01:00",
        "author": "Kim", "subject": "Widen: the queue",
    }  # fmt: skip
    (two,) = values(
        f"commit {sha} (HEAD -> main)\nAuthor: Kim <k@example.com>\nDate:   Mon Nov 23 10:00:00 2026 +0100\n\n    Widen\n"
    )
    assert isinstance(two, dict)
    assert (two["committed_at"], two["author"], two["subject"]) == ("Mon Nov 23 10:00:00 2026 +0100", "Kim", "Widen")


@pytest.mark.parametrize("line", ["{sha}|2026-11-23T10:00:00+01:00|Kim|Widen", "{sha} 2026-11-23T10:00:00+01:00 Widen"])
def test_git_log_by_fields_between_bars_or_blanks(line: str) -> None:
    (one,) = values(line.format(sha="1" * 40) + "\n")
    assert isinstance(one, dict)
    assert (one["commit_sha"], one["committed_at"], one["subject"]) == ("1" * 40, "2026-11-23T10:00:00+01:00", "Widen")


def test_what_commands_print_in_columns() -> None:
    text = "deployment.apps/shop\nREVISION  CHANGE-CAUSE\n1         <none>\n2         kubectl set image shop=shop:2\n"
    assert values(text) == [
        {"printed_for": "deployment.apps/shop", "REVISION": "1", "CHANGE-CAUSE": "<none>"},
        {"printed_for": "deployment.apps/shop", "REVISION": "2", "CHANGE-CAUSE": "kubectl set image shop=shop:2"},
    ]


def test_heroku_s_list_of_releases() -> None:
    text = "=== shop Releases - Current: v41\n\nv41  Deploy abcdef1   kim@example.com  2026/11/23 10:00:00 +0100 (~ 2h ago)\n"
    assert values(text) == [
        {"version": "41", "description": "Deploy abcdef1", "user": {"email": "kim@example.com"},
         "created_at": "2026/11/23 10:00:00 +0100", "heroku_release": True, "app": {"name": "shop"}}
    ]  # fmt: skip


def test_git_tags() -> None:
    assert values("v3.1.0 2026-11-23T10:00:00+01:00\nv3.0.0 2026-11-20T10:00:00+01:00\n")[0] == {
        "git_tag": "v3.1.0",
        "tagged_at": "2026-11-23T10:00:00+01:00",
    }


NOTES = """# Notes of 2026-11-23
- 14:05 called the vendor
- 14:20 UTC they look into it
  and call back
* **14:30** – rolled back: see chat

## 2026-11-24
9:15 all quiet
"""


def test_notes_have_the_day_that_stands_above_them() -> None:
    assert values(NOTES) == [
        {"note_time": "2026-11-23T14:05:00", "note": "called the vendor"},
        {"note_time": "2026-11-23T14:20:00Z", "note": "they look into it and call back"},
        {"note_time": "2026-11-23T14:30:00", "note": "rolled back: see chat"},
        {"note_time": "2026-11-24T09:15:00", "note": "all quiet"},
    ]


def test_log_lines_are_no_notes() -> None:
    text = "2026-11-23 14:05:02 INFO started\n2026-11-23 14:05:03 INFO ready\n"
    assert values(text) == [text]


def test_a_spreadsheet_s_letters_are_read_and_a_cut_one_spoils_no_others() -> None:
    told = [
        document.value for name in ("cp1252", "utf-8") for document in parse_documents("a;b\nJürgen;x\n".encode(name))
    ]
    assert told == [{"a": "Jürgen", "b": "x"}] * 2
    (cut,) = parse_documents("a;b\nJürgen;ü".encode()[:-1])
    assert cut.value == {"a": "Jürgen", "b": "\ufffd"}


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    parse_documents(text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=100))
def test_no_bytes_raise(content: bytes) -> None:
    parse_documents(content)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 50_000, "- " * 5_000 + "x", "9" * 6_000, "[" + "9" * 6_000 + "]"]
)
def test_depth_and_size_raise_nothing(text: str) -> None:
    parse_documents(text.encode())


ENTRIES = """{"note": "ä {not an object}",
 "incidents": [
  {"id": "1", "title": "é \\" {", "by": {"who": "x"}},

  {"id": "2"}
 ]
}
"""


def test_entries_of_a_document_know_where_they_stand() -> None:
    (document,) = parse_documents(ENTRIES.encode())
    assert isinstance(document.value, dict)
    first, second = (document.places[id(entry)] for entry in document.value["incidents"])
    assert (first.line, second.line) == (3, 5)
    content = ENTRIES.encode()
    assert json.loads(content[second.offset : second.offset + second.length]) == {"id": "2"}
    assert json.loads(content[first.offset : first.offset + first.length])["by"] == {"who": "x"}


def test_an_object_that_is_lost_takes_no_others_place() -> None:
    (document,) = parse_documents(b'[{"a": {"b": 1}, "a": 2}]')
    assert document.places == {}


def test_a_row_is_evidence_by_the_line_of_its_entry() -> None:
    text = b'[\n {"service": "mail", "version": "1", "time": "2026-11-23T09:00:00Z"},\n {"service": "mail", "version": "2",\n  "time": "2026-11-23T10:00:00Z"}\n]'
    documents = parse_documents(text)
    export = pick_export([document.value for document in documents], load_exports()).format
    assert export is not None
    assert [row["line"] for row in read_export(documents, export).rows] == [2, 3]


@given(
    st.recursive(
        st.none() | st.text('ab{}"\\\n:ä'),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a{"'), inner, max_size=3),
        max_leaves=9,
    )
)
def test_every_object_stands_where_it_is_said_to(value: object) -> None:
    content = json.dumps({"x": value}, ensure_ascii=False, indent=1).encode()
    (document,) = parse_documents(content)

    def check(part: object) -> None:
        if isinstance(part, dict):
            place = document.places[id(part)]
            assert json.loads(content[place.offset : place.offset + place.length]) == part
            assert place.line == content[: place.offset].count(b"\n") + 1
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
            check(inner)

    check(document.value)


def test_a_markdown_table_of_deploys_is_read_as_a_table() -> None:
    rows = "| Time | Service | Version | Status |\n|:---|---|:---:|---|\n"
    text = f"# Deploys\n\n{rows}| 2026-11-23T09:00:00Z | mail | `3.1` | a\\|b |\n\nafter | that\n"
    (row,) = parse_documents(text.encode())
    assert row.value == {"Time": "2026-11-23T09:00:00Z", "Service": "mail", "Version": "3.1", "Status": "a|b"}
    assert text.encode()[row.offset : row.offset + row.length].startswith(b"| 2026-11-23") and row.line == 5


def test_a_markdown_table_of_notes_stays_notes() -> None:
    text = "# 2026-11-23\n\n| Time | Who | What |\n|---|---|---|\n| 14:05 | kim | called the vendor |\n"
    (row,) = parse_documents(text.encode())
    assert row.value == {"note_time": "2026-11-23T14:05:00", "note": "kim | called the vendor"}


def test_capistrano_s_list_of_releases() -> None:
    text = "Branch main (at abcdef1) deployed as release 20261123090000 by kim\nkim rolled back to release 20261122090000\n"
    assert values(text) == [
        {"capistrano_release": "20261123090000Z", "branch": "main", "revision": "abcdef1", "user": "kim"},
        {"capistrano_release": "", "rolled_back_to": "20261122090000", "user": "kim"},
    ]


def test_a_zone_in_a_column_s_name_is_that_of_its_stamps() -> None:
    text = "Started (UTC),ended_at_utc,service,version\n2026-11-23 09:00,2026-11-23T10:05:00+01:00,shop,7\n"
    assert values(text) == [
        {"Started": "2026-11-23 09:00 UTC", "ended_at": "2026-11-23T10:05:00+01:00", "service": "shop", "version": "7"}
    ]
