"""Cases of structure, time and records."""

from __future__ import annotations

import json

from case import Case, Content, Outcome, access, records, stamped

_JSON = records()
_ACCESS = access()


def _log(name: str, content: Content, **expected: object) -> Case:
    return Case(name, {"a.log": content}, **expected)  # type: ignore[arg-type]


def _table(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


_ROW = "2026-11-23T09:00:00Z,info,hello"
_ROWS = [_ROW] * 30


def _users(expected: int) -> object:
    def check(outcome: Outcome) -> str | None:
        rows = (outcome.book / "minutes.csv").read_text("utf-8").splitlines()
        place = rows[0].split(",").index("users")
        found = max((int(row.split(",")[place] or 0) for row in rows[1:]), default=0)
        return None if found == expected else f"{found} users in a minute, not {expected}"

    return check


def _requests_of(*users: str) -> str:
    return "".join(
        f'{{"ts":"2026-11-23T09:00:{i:02}Z","level":"info","method":"GET","path":"/a","status":200,"user":{user}}}\n'
        for i, user in enumerate(users)
    )


_ODD = ["null", "true", "{}", "[]", '"x"', "1.5", '{"a":{"b":[1,{"c":null}]}}', "-0", "1e400", '""']

STRUCTURE = [
    *(_log(f"wrong types: every value {odd}", _JSON + f'{{"ts":"2026-11-23T09:00:00Z","level":{odd},"msg":{odd},"user":{odd},"status":{odd},"duration":{odd},"service":{odd},"host":{odd},"path":{odd},"method":{odd},"trace":{odd}}}\n' * 5, events=65) for odd in _ODD),
    *(_log(f"wrong types: the stamp is {odd}", _JSON + f'{{"ts":{odd},"level":"info","msg":"x"}}\n' * 2, events=60, rejected=2) for odd in ("null", "true", "{}", "[]", '"x"', '""', "-1", "0", "1e400", "NaN")),
    _log("duplicate keys", _JSON.replace('"msg"', '"level":"info","level":"warn","msg"'), events=60),
    _log("keys that differ in case", _JSON.replace('"msg"', '"MSG":"other","Level":"info","msg"'), events=60),
    _log("keys with odd names", _JSON.replace('"msg"', '"":1,"__proto__":{"a":1},"a.b":2,"$where":"1","\\u0000":3,"constructor":4,"\'; DROP TABLE a; --":5,"msg"'), events=60),
    _log("NaN and infinities", records(status="NaN", duration="Infinity", x="-Infinity"), events=60),
    _log("lines that are no json between", _JSON + 'oops {"ts"\n{"ts":\n[1,2]\nnull\n"x"\n1\n{}\n', events=60, rejected=7),
    _log("json lines, the last one cut", _JSON + _JSON.splitlines()[0][:40], events=60, rejected=1),
    _log("json objects behind one another", _JSON.replace("}\n{", "}{"), events=60),
    _log("json objects behind one another, the last one cut", _JSON.replace("}\n{", "}{")[:-30], events=59, says="further record"),
    _log("json objects behind one another, several a line", "\n".join("".join(_JSON.splitlines()[i : i + 7]) for i in range(0, 60, 7)), events=60),
    _log("json lines with commas behind", _JSON.replace("}\n", "},\n"), events=60),
    _log("json lines with commas before", "[" + _JSON.replace("}\n{", "}\n,{") + "]", events=60),
    _log("a json array over lines", "[\n" + _JSON.replace("}\n", "},\n")[:-2] + "\n]\n", events=60, rejected=0),
    _log("a json array over lines that is cut", "[\n" + _JSON.replace("}\n", "},\n")[:-40], events=59, rejected=1),
    _log("two json arrays over lines", ("[\n" + _JSON.replace("}\n", "},\n")[:-2] + "\n]\n") * 2, events=120),
    _log("a pretty-printed json array", json.dumps([json.loads(line) for line in _JSON.splitlines()], indent=2), events=60, rejected=0),
    _log("a pretty-printed json array that is cut", json.dumps([json.loads(line) for line in _JSON.splitlines()], indent=2)[:-40], events=59, codes=(0, 3)),
    _log("pretty-printed json objects with commas behind", ",\n".join(json.dumps(json.loads(line), indent=2) for line in _JSON.splitlines()), events=60),
    _log("json with brackets in its texts", ("[\n" + _JSON.replace("}\n", "},\n")[:-2] + "\n]\n").replace("no stock", "no ] } , [ { stock"), events=60),
    _log("a json array in one line", json.dumps([json.loads(line) for line in _JSON.splitlines()]), events=60),
    _log("a json array in one line that is cut", json.dumps([json.loads(line) for line in _JSON.splitlines()])[:-30], events=59, says="further record"),
    _log("a json array of all kinds", '[1,"x",null,[],{},true,{"ts":"2026-11-23T09:00:00Z","msg":"a","level":"info"}]', codes=(0, 2, 3)),
    _log("parts of one line without end", "".join(f"2026-11-23T09:00:{i % 60:02}.000000000Z stdout P part{i}\n" for i in range(50_000)), codes=(0, 2, 3), is_slow=True),
    _log("an exception with 50,000 causes", "2026-11-23 09:00:00,120 ERROR [main] c.S - no\n" + "Caused by: java.lang.X: a\n\tat a.b(C.java:1)\n" * 50_000 + "2026-11-23 09:00:01,120 ERROR [main] c.S - no\n", events=2, is_slow=True),
    *(_log(f"messages of 60,000 characters: {text.strip() or 'blanks'}", "".join(f"2026-11-23T09:00:{i:02}Z ERROR x{text * (60_000 // len(text))}x\n" for i in range(50)), events=50, is_slow=True) for text in ("a@", "a.", "4111 ", "password=", "eyJ", "http://a:", '"', "/a", " ", "a=", "deadbeef-", "(", "a1 ")),
    _log("ragged table", _table("time,level,message", *_ROWS, "2026-11-23T09:00:01Z,info", _ROW + ",more,and more", "2026-11-23T09:00:02Z", ",,"), codes=(0, 3)),
    _log("a table's last line is cut", _table("time,level,message", *_ROWS) + "2026-11-23T09", events=30, rejected=1),
    _log("an open quote in a table", _table("time,level,message", '2026-11-23T09:00:00Z,info,"open', *_ROWS), check=lambda o: None if o.ledger and o.ledger["totals"]["events"] >= 30 else "the quote swallowed lines"),
    _log("an open quote in a table's last line", _table("time,level,message", *_ROWS, '2026-11-23T09:00:00Z,info,"open'), check=lambda o: None if o.ledger and o.ledger["totals"]["events"] >= 30 else "the quote swallowed lines"),
    _log("line ends within quotes", _table("time,level,message", *_ROWS, '2026-11-23T09:00:09Z,info,"two\nlines"', _ROW), events=32),
    _log("quotes within quotes", _table("time,level,message", *_ROWS, '2026-11-23T09:00:09Z,info,"she said ""no"", twice"', _ROW), events=32),
    _log("a header and no rows", "time,level,message\n", codes=(0, 2, 3)),
    _log("the header twice", _table("time,level,message", *_ROWS, "time,level,message", *_ROWS), events=60),
    _log("columns of one name", _table("time,level,message,message,level", *(row + ",again,warn" for row in _ROWS)), events=30),
    _log("semicolons", _table("time;level;message", *(row.replace(",", ";") for row in _ROWS)), events=30),
    _log("a table with blank lines and comments", _table("# exported", "", "time,level,message", "", *_ROWS, "", "# end"), codes=(0, 3)),
    _log("users called NA, null and nan", _requests_of('"NA"', '"null"', '"nan"', '"None"', '"N/A"', '"inf"', '"true"', '"-inf"', '""', '"-"', "null"), check=_users(8)),
    Case("users called NA in a table", {"a.csv": _table("time,method,path,status,user", *(f"2026-11-23T09:00:0{i},GET,/a,200,{u}" for i, u in enumerate(["NA", "null", "nan", "007", "7", "", "-"])))}, check=_users(5)),
    _log("ids above 2^53", _requests_of("9007199254740993", "9007199254740992", "9007199254740994", '"9007199254740993"'), check=_users(3)),
    _log("ids above 2^64", _requests_of("18446744073709551616", "18446744073709551617", "340282366920938463463374607431768211457"), check=_users(3)),
    Case("ids with zeros before them", {"a.csv": _table("time,method,path,status,user", *(f"2026-11-23T09:00:0{i},GET,/a,200,{u}" for i, u in enumerate(["1", "01", "001", "1.0", "1e0"])))}, check=_users(5)),
    _log("users by composed and decomposed letters", _requests_of('"é"', '"e\\u0301"'), check=_users(2)),
    _log("logfmt with odd pairs", "".join(f'ts=2026-11-23T09:00:{i:02}Z level=info msg="a \\"b\\" c=d" = =x y= user=u{i} z="open\n' for i in range(30)), codes=(0, 3)),
    _log("a log within a log's message", "".join(f'2026-11-23T09:00:{i:02}Z INFO got: {access(1, status=500)[:-1]}\n' for i in range(30)), events=30),
    _log("html in place of a log", "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>\n" * 3, refused="a.log"),
    Case("html beside a log", {"a.log": _ACCESS, "b.log": "<html><body>Please sign in</body></html>\n"}, events=600, codes=(3,), status="unknown"),
    _log("xml in place of a log", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY c "&b;&b;">]><a>&c;</a>\n', refused="a.log"),
    _log("yaml that makes objects", "!!python/object/apply:os.system ['touch owned']\n", refused="a.log"),
    _log("yaml that refers to itself", "a: &a [*a, *a]\nb: &b {c: *b, <<: *b}\n", refused="a.log"),
    _log("yaml that grows without end", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)), refused="a.log"),
    _log("a pickle", b"\x80\x04\x95\x1f\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x06touch x\x94\x85\x94R\x94.", refused="a.log"),
    _log("a parquet file's head", b"PAR1" + bytes(200) + b"PAR1", refused="a.log"),
]  # fmt: skip


def _time(name: str, *stamps: str, **expected: object) -> Case:
    return _log(f"stamps: {name}", stamped(*stamps), **expected)


def _zone(name: str, stamps: list[str], zone: str, **expected: object) -> Case:
    text = "".join(f"{stamp} INFO hello there\n" for stamp in stamps)
    return Case(f"stamps: {name}", {"a.log": text}, arguments=("reconstruct", "{evidence}", "-o", "{book}", "--zone", zone), **expected)  # type: ignore[arg-type]  # fmt: skip


def _span(first: str, last: str) -> object:
    def check(outcome: Outcome) -> str | None:
        assert outcome.ledger is not None
        (source,) = outcome.ledger["sources"]
        found = source["first"], source["last"]
        return None if found == (first, last) else f"from {found[0]} to {found[1]}, not {first} to {last}"

    return check


def _epochs(stamps: list[str]) -> str:
    return "".join(f'{{"ts":{stamp},"level":"info","msg":"hello"}}\n' for stamp in stamps)


TIMES = [
    _time("the year 1014", "1014-01-01T00:00:00Z", events=20, rejected=1),
    _time("the year 1969", "1969-12-31T23:59:59Z", events=20, rejected=1),
    _time("the year 9999", "9999-12-31T23:59:59Z", events=20, rejected=1),
    _time("the year 0001", "0001-01-01T00:00:00Z", events=20, rejected=1),
    _time("the year 0000", "0000-00-00T00:00:00Z", events=20, rejected=1),
    _time("the year 12026", "12026-11-23T09:00:00Z", events=20, rejected=1),
    _time("far but possible years", "1995-01-01T00:00:00Z", "2099-01-01T00:00:00Z", events=22),
    _time("30 February", "2026-02-30T00:00:00Z", events=20, rejected=1),
    _time("29 February of no leap year", "2026-02-29T00:00:00Z", events=20, rejected=1),
    _time("31 November", "2026-11-31T00:00:00Z", events=20, rejected=1),
    _time("month 13", "2026-13-01T00:00:00Z", events=20, rejected=1),
    _time("24 o'clock", "2026-11-22T24:00:00Z", codes=(0, 3)),
    _time("25 o'clock", "2026-11-22T25:00:00Z", events=20, rejected=1),
    _time("second 60", "2026-11-23T08:59:60Z", codes=(0, 3)),
    _time("second 61", "2026-11-23T08:59:61Z", events=20, rejected=1),
    _time("minute 60", "2026-11-23T08:60:00Z", events=20, rejected=1),
    _time("now and today", "now", "today", "tomorrow", "yesterday", events=20),
    _time("an offset of 99 hours", "2026-11-23T09:00:00+99:99", events=20, rejected=1),
    _time("an offset of minus nought", "2026-11-23T09:00:00-00:00", events=21),
    _time("an offset of 14 hours", "2026-11-23T23:00:00+14:00", events=21),
    _time("thirty digits of a second", "2026-11-23T09:00:00." + "123456789" * 3 + "123Z", codes=(0, 3)),
    _time("digits of other scripts", "２０２６-11-23T09:00:00Z", "٢٠٢٦-11-23T09:00:00Z", events=20),
    _log("stamps: 30 February in an access log", access(30) + access(1).replace("23/Nov", "30/Feb"), events=30, rejected=1),
    _log("stamps: 31 November in an access log", access(30) + access(1).replace("23/Nov", "31/Nov"), events=30, rejected=1),
    _log("stamps: second 60 in an access log", access(30) + access(1).replace("09:00:00", "08:59:60"), codes=(0, 3)),
    _log("stamps: a month of no language", access(30) + access(1).replace("Nov", "Foo"), events=30, rejected=1),
    _log("stamps: seconds since 1970", _epochs([str(1_795_000_000 + i) for i in range(9)]), events=9, check=_span("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:48.000Z")),
    _log("stamps: milliseconds since 1970", _epochs([str((1_795_000_000 + i) * 1000) for i in range(9)]), events=9, check=_span("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:48.000Z")),
    _log("stamps: microseconds since 1970", _epochs([str((1_795_000_000 + i) * 10**6) for i in range(9)]), events=9, check=_span("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:48.000Z")),
    _log("stamps: nanoseconds since 1970", _epochs([str((1_795_000_000 + i) * 10**9) for i in range(9)]), events=9, check=_span("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:48.000Z")),
    _log("stamps: seconds with a fraction", _epochs([f"{1_795_000_000 + i}.001" for i in range(9)]), events=9, check=_span("2026-11-18T11:06:40.001Z", "2026-11-18T11:06:48.001Z")),
    _log("stamps: seconds as a power of ten", _epochs([f"1.79500000{i}e9" for i in range(9)]), codes=(0, 2, 3)),
    _log("stamps: units that change", _epochs([str(1_795_000_000), str(1_795_000_001_000), str(1_795_000_002 * 10**6), str(1_795_000_003 * 10**9)] * 3), events=12, check=_span("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:43.000Z")),
    _log("stamps: before 1970, and far after", _epochs(["-1", "0", "1", "99999999999999999999999", *(str(1_795_000_000 + i) for i in range(20))]), events=20, rejected=4),
    _zone("an hour that comes twice", [f"2026-10-25 02:{m:02}:00,000" for m in range(0, 60, 5)], "Europe/Berlin", events=12, says="ambiguous|twice|fold|hour"),
    _zone("an hour that never comes", [f"2026-03-29 01:{m}:00,000" for m in range(50, 60)] + ["2026-03-29 02:30:00,000"], "Europe/Berlin", codes=(0, 3)),
    _log("stamps: without a zone", "".join(f"2026-11-23 09:00:{i:02},000 INFO hello there\n" for i in range(20)), events=20, says="lack a zone"),
    _log("stamps: all the same", stamped() .replace("09:00:", "09:00:00,").replace("Z", "Z") if False else "2026-11-23T09:00:00Z INFO hello there\n" * 500, events=500),
    _log("stamps: backwards", "".join(f"2026-11-23T09:{59 - i:02}:00Z INFO hello there\n" for i in range(60)), events=60, check=_span("2026-11-23T09:00:00.000Z", "2026-11-23T09:59:00.000Z")),
    _log("stamps: a year apart in one file", stamped("2025-11-23T09:00:00Z"), events=21),
    _log("stamps: of two zones in one file", stamped("2026-11-23T10:00:00+01:00"), events=21),
    Case("stamps: clocks 47 s apart", {"web.log": access(300), "app.log": "".join(f'{{"ts":"2026-11-23T09:{(i + 47) // 60:02}:{(i + 47) % 60:02}.000Z","level":"info","msg":"done","request_id":"r{i}"}}\n' for i in range(300))}, events=600),
    Case("stamps: february 29 without a year", {"a.log": "".join(f"Feb 29 09:00:{i:02} web app[1]: hello there\n" for i in range(20))}, codes=(0, 2, 3)),
    Case("stamps: a new year without a year", {"a.log": "".join(f"Dec 31 23:59:{i:02} web app[1]: hello there\n" for i in range(30)) + "".join(f"Jan  1 00:00:{i:02} web app[1]: hello there\n" for i in range(30))}, events=60, arguments=("reconstruct", "{evidence}", "-o", "{book}", "--year", "2025"), check=_span("2025-12-31T23:59:00.000Z", "2026-01-01T00:00:29.000Z")),
]  # fmt: skip

_DEPLOY = {"service": "shop", "version": "1", "deployed_at": "2026-11-23T09:01:00Z", "environment": "production"}
_ALERT = {
    "labels": {"alertname": "HighErrors", "service": "shop"}, "annotations": {"summary": "errors"},
    "startsAt": "2026-11-23T09:02:00Z", "endsAt": "2026-11-23T09:04:00Z", "fingerprint": "f1", "status": {"state": "active"},
}  # fmt: skip


def _beside(name: str, content: Content, suffix: str = "json", **expected: object) -> Case:
    return Case(f"records: {name}", {"a.log": _ACCESS, f"export.{suffix}": content}, **expected)  # type: ignore[arg-type]


def _flaps(count: int) -> str:
    return json.dumps([
        {**_ALERT, "startsAt": f"2026-11-23T{9 + i // 720:02}:{i // 12 % 60:02}:{i * 5 % 60:02}Z", "endsAt": f"2026-11-23T{9 + i // 720:02}:{i // 12 % 60:02}:{i * 5 % 60 + 2:02}Z"}
        for i in range(count)
    ])  # fmt: skip


RECORDS = [
    _beside("cut", json.dumps([_DEPLOY] * 9, indent=1)[:-40], codes=(3,)),
    _beside("cut alerts", json.dumps([_ALERT] * 9)[:-100], codes=(3,)),
    _beside("null", "null", codes=(3,)),
    _beside("a list of null", "[null, null]", codes=(0, 3)),
    _beside("an empty list", "[]", codes=(0,), events=600),
    _beside("an empty object", "{}", codes=(0, 3), events=600),
    _beside("a login page", "<!doctype html><html><title>Log in</title><form action=/login></form></html>", codes=(3,), events=600),
    _beside("an error of the interface", '{"message":"Bad credentials","documentation_url":"https://example.com"}', codes=(3,), events=600),
    _beside("a rate limit", '{"error":{"code":429,"message":"slow down"}}', codes=(3,), events=600),
    _beside("2,000 flaps", _flaps(2000), codes=(0,)),
    _beside("an alert that hasn't ended, in Go's words", json.dumps([{**_ALERT, "endsAt": "0001-01-01T00:00:00Z"}]), codes=(0,)),
    _beside("an alert that ends before it starts", json.dumps([{**_ALERT, "endsAt": "2026-11-23T08:00:00Z"}]), codes=(0, 3)),
    _beside("an alert without a start", json.dumps([{key: value for key, value in _ALERT.items() if key != "startsAt"}, _ALERT]), codes=(0, 3)),
    _beside("alerts of wrong types", json.dumps([{**_ALERT, "labels": odd, "annotations": odd, "status": odd} for odd in (None, 1, "x", [], [1], {"a": []})] + [_ALERT]), codes=(0, 3)),
    _beside("alerts with stamps of wrong types", json.dumps([{**_ALERT, "startsAt": odd, "endsAt": odd} for odd in (None, 1, "x", [], {}, True, "2026-02-30T00:00:00Z", -1, 1e400)] + [_ALERT]), codes=(0, 3)),
    _beside("deploys of wrong types", json.dumps([dict.fromkeys(_DEPLOY, odd) | {"deployed_at": _DEPLOY["deployed_at"]} for odd in (None, 1, [], {}, True, 1.5)] + [_DEPLOY]), codes=(0, 3)),
    _beside("deploys with stamps of wrong types", json.dumps([{**_DEPLOY, "deployed_at": odd} for odd in (None, 1, "x", [], {}, True, "2026-02-30", -1)] + [_DEPLOY]), codes=(0, 3)),
    _beside("the same deploy a thousand times", json.dumps([_DEPLOY] * 1000), codes=(0,)),
    _beside("a deploy of the year 9999", json.dumps([{**_DEPLOY, "deployed_at": "9999-01-01T00:00:00Z"}, _DEPLOY]), codes=(0, 3)),
    _beside("a deploy of the year 1995", json.dumps([{**_DEPLOY, "deployed_at": "1995-01-01T00:00:00Z"}, _DEPLOY]), codes=(0, 3)),
    _beside("deploys as a ragged table", "deployed_at,service,version\n2026-11-23T09:01:00Z,shop,1\n2026-11-23T09:02:00Z,shop\n,,,,\n\"2026-11-23T09:03:00Z,shop\n", "csv", codes=(0, 3)),
    _beside("deploys as a table of no rows", "deployed_at,service,version\n", "csv", codes=(0, 3), events=600),
    _beside("numbers of 5,000 digits", json.dumps([_DEPLOY]).replace('"1"', "9" * 5000), codes=(0, 3)),
    _beside("nested 100,000 deep", json.dumps([_DEPLOY])[:-2] + ',"x":' + "[" * 100_000 + "]" * 100_000 + "}]", codes=(0, 3)),
    _beside("two documents behind one another", json.dumps([_DEPLOY]) + json.dumps([_ALERT]), codes=(0, 3)),
    _beside("names of a megabyte", json.dumps([{**_DEPLOY, "version": "v" * (1 << 20), "service": "s" * (1 << 20)}]), codes=(0, 3)),
    _beside("an alert's name of a megabyte", json.dumps([{**_ALERT, "labels": {"alertname": "A" * (1 << 20), "service": "shop"}}]), codes=(0, 3)),
    _beside("an alert with 5,000 labels", json.dumps([{**_ALERT, "labels": {"alertname": "A", **{f"l{i}": str(i) for i in range(5000)}}}] * 20), codes=(0, 3)),
    _beside("an alert of a hundred years", json.dumps([{**_ALERT, "startsAt": "1990-01-02T09:02:00Z", "endsAt": "2099-11-23T09:04:00Z"}]), codes=(0, 3)),
    _beside("in utf-16", json.dumps([_DEPLOY]).encode("utf-16"), codes=(0,), events=601),
    _beside("with a mark", b"\xef\xbb\xbf" + json.dumps([_DEPLOY]).encode(), codes=(0,), events=601),
    _beside("with lone surrogates", json.dumps([{**_DEPLOY, "service": "\ud800shop", "version": "\udfff"}]), codes=(0,), events=601),
    _beside("with NaN", json.dumps([{**_DEPLOY, "version": float("nan"), "x": float("inf")}]), codes=(0, 3)),
    _beside("with paths and addresses that nothing may open", json.dumps([{**_DEPLOY, "service": "file:///etc/passwd", "version": "../../../../etc/shadow", "url": "http://127.0.0.1:1/x", "$ref": "/etc/passwd"}]), codes=(0,), check=lambda o: "opened" if "root:" in "".join(p.read_text("utf-8", "replace") for p in o.book.iterdir()) else None),
    Case("records: alone, of no known kind", {"a.json": '{"a":1}'}, refused="a.json"),
    Case("records: alone, null", {"a.json": "null"}, refused="a.json"),
    Case("records: alone, an empty list", {"a.json": "[]"}, codes=(0, 2, 3)),
    Case("records: deploys alone", {"a.json": json.dumps([_DEPLOY])}, events=1),
]  # fmt: skip
