"""Cases of encodings, compression and sizes."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import random
import zlib
from pathlib import Path

import pyarrow as pa
from case import Case, Content, Outcome, access, records

_ACCESS = access()
_BYTES = _ACCESS.encode()
_JSON = records()


def _zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def _log(name: str, content: Content, **expected: object) -> Case:
    return Case(name, {"a.log": content}, **expected)  # type: ignore[arg-type]


def _salted(count: int = 4000) -> bytes:
    """An access log that compresses badly, so that a cut loses only part of it."""
    chance = random.Random(7)
    return "".join(
        line.replace("rid=r", f"rid={chance.getrandbits(256):064x}") + "\n" for line in access(count).splitlines()
    ).encode()


def _cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def _spoil(content: bytes, share: float) -> bytes:
    at = int(len(content) * share)
    return content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 16]) + content[at + 16 :]


def _some(least: int) -> object:
    def check(outcome: Outcome) -> str | None:
        assert outcome.ledger is not None
        events = outcome.ledger["totals"]["events"]
        return None if events >= least else f"{events} events, at least {least} could be read"

    return check


ENCODINGS = [
    _log("utf-8 with a mark", b"\xef\xbb\xbf" + _BYTES, events=600),
    _log("utf-8 with two marks", b"\xef\xbb\xbf" * 2 + _BYTES, events=600),
    _log("json with a mark", b"\xef\xbb\xbf" + _JSON.encode(), events=60),
    _log("utf-16", _ACCESS.encode("utf-16"), events=600),
    _log("utf-16 big endian", codecs.BOM_UTF16_BE + _ACCESS.encode("utf-16-be"), events=600),
    _log("utf-16 without a mark", _ACCESS.encode("utf-16-le"), events=600),
    _log("utf-16 big endian without a mark", _ACCESS.encode("utf-16-be"), events=600),
    _log("utf-16 cut within a character", _ACCESS.encode("utf-16")[:-1], events=600),
    _log("utf-32", _ACCESS.encode("utf-32"), events=600),
    _log("utf-16 export of deploys", '[{"deployed_at":"2026-11-23T09:00:00Z","service":"a","version":"1"}]'.encode("utf-16")),
    _log("invalid bytes", _BYTES.replace(b"GET /a", b"GET /\xff\xfe\xc3", 9), events=600),
    _log("latin-1", _BYTES.replace(b"GET /a", "GET /ü".encode("latin-1")), events=600),
    _log("invalid bytes in json", _JSON.encode().replace(b"no stock", b"no \xff\xc0stock", 9), events=60),
    _log("overlong and cut sequences", _BYTES.replace(b"GET /a", b"GET /\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82", 9), events=600),
    _log("nul within lines", _ACCESS.replace("GET /a", "GET /\0a", 9), events=600),
    _log("nul in json", _JSON.replace("no stock", "no\\u0000stock"), events=60),
    _log("raw nul in json", _JSON.replace("no stock", "no\0stock", 2), says="rejected|events"),
    _log("a block of nul first", b"\0" * 70_000 + _BYTES, check=_some(599)),
    _log("a block of nul within", _BYTES + b"\0" * 70_000 + b"\n" + access(9, first=600).encode(), events=609),
    _log("nothing but nul", b"\0" * 100_000, refused="a.log"),
    _log("lone surrogates in json", _JSON.replace("no stock", "no \\ud800 \\udfff stock"), events=60),
    _log("lone surrogates as bytes", _ACCESS.replace("GET /a", "GET /\ud800"), events=600),
    _log("line separators of unicode", _ACCESS.replace("GET /a", "GET /\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"), events=600),
    _log("forged line behind U+2028", _ACCESS + access(1).replace('"x"', '"\u2028' + access(1, first=5, status=500)[:-1] + '"'), events=601),
    _log("bare carriage returns in a line", _ACCESS.replace("GET /a", "GET /a\rforged"), events=600),
    _log("only carriage returns", _ACCESS.replace("\n", "\r"), refused="carriage return"),
    _log("dos line ends", _ACCESS.replace("\n", "\r\n"), events=600),
    _log("line ends of both kinds", _ACCESS.replace("\n", "\r\n", 300), events=600),
    _log("carriage return before each line end twice", _ACCESS.replace("\n", "\r\r\n"), events=600),
    _log("bidi marks", _ACCESS.replace("GET /a", "GET /\u202egpj.exe\u2066"), events=600),
    _log("bidi marks in a message", _JSON.replace("no stock", "\u202eno\u2069 \u2066stock\u200f"), events=60),
    _log("escape sequences", _ACCESS.replace("GET /a", "GET /\x1b]0;owned\x07\x1b[2J"), events=600),
    _log("eight bit escape sequences", _ACCESS.replace("GET /a", "GET /\x9b2J"), events=600),
    _log("colours within a stamp", _ACCESS.replace("[23/", "[\x1b[1m23/\x1b[0m"), events=600),
    _log("names that look alike", _JSON.replace('"u1"', '"u\u0131"').replace('"u2"', '"u\u200b2"'), events=60),
    _log("combining marks without end", _JSON.replace("no stock", "Z" + "\u0301" * 5000), events=60),
    _log("no last line end", _ACCESS[:-1], events=600),
    _log("binary rubbish", random.Random(1).randbytes(200_000), refused="a.log"),
    _log("rubbish between lines", _BYTES + random.Random(2).randbytes(20_000).replace(b"\n", b"") + b"\n" + _BYTES, events=1200),
]  # fmt: skip

_LAYERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": _zstd}
_SALTED = _salted()
_PACKED = {name: pack(_SALTED) for name, pack in _LAYERS.items()}


def _nest(layers: int) -> bytes:
    content = _BYTES
    for _ in range(layers):
        content = gzip.compress(content)
    return content


def _bomb(path: Path) -> None:
    """Ten gigabytes of nothing, in ten megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as stream:
        stream.write(packer.compress(_BYTES + b"\n"))
        stream.write(packer.flush(zlib.Z_FULL_FLUSH))
        once = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = once.compress(bytes(64 << 20)) + once.flush(zlib.Z_FULL_FLUSH)
        for _ in range(160):
            stream.write(block)


def _bzip2_bomb(path: Path) -> None:
    """Forty members of 45 MB of blanks."""
    path.write_bytes(bz2.compress(_BYTES) + bz2.compress(b" " * (45 << 20)) * 40)


def _xz_bomb(path: Path) -> None:
    path.write_bytes(lzma.compress(_BYTES) + lzma.compress(bytes(256 << 20), preset=1) * 8)


def _zstd_bomb(path: Path) -> None:
    path.write_bytes(_zstd(_BYTES + bytes(64 << 20)) + _zstd(bytes(256 << 20)) * 8)


COMPRESSION = [
    *(_log(f"{name}", packed, events=4000) for name, packed in _PACKED.items()),
    *(Case(f"{name} with a wrong suffix", {"a.gz": packed}, events=4000) for name, packed in _PACKED.items()),
    Case("plain with a wrong suffix", {"a.log.gz": _ACCESS, "b.log.zst": access(9, first=600)}, events=609),
    *(_log(f"{name} cut in the middle", _cut(packed, 0.6), status="truncated", codes=(3,), check=_some(1)) for name, packed in _PACKED.items() if name != "bzip2"),
    _log("bzip2 cut in the middle", _cut(bz2.compress(_SALTED * 8, 1), 0.6), status="truncated", codes=(3,), check=_some(1)),
    *(_log(f"{name} cut in its last bytes", packed[:-6], status="truncated", codes=(3,), check=_some(1)) for name, packed in _PACKED.items() if name != "bzip2"),
    *(_log(f"{name} corrupt in the middle", _spoil(packed, 0.7), status="damaged", codes=(3,)) for name, packed in _PACKED.items() if name in ("gzip",)),
    _log("bzip2 corrupt in the middle", _spoil(bz2.compress(_SALTED * 8, 1), 0.7), status="damaged", codes=(3,), check=_some(1)),
    _log("xz corrupt in the middle", _spoil(_PACKED["xz"], 0.7), status="damaged", codes=(3,), check=_some(1)),
    _log("zstd corrupt in the middle", _zstd(_SALTED * 8)[:-300_000] + bytes(300_000), status="damaged", codes=(3,), check=_some(1)),
    _log("gzip with a wrong checksum", _PACKED["gzip"][:-8] + b"\1\2\3\4" + _PACKED["gzip"][-4:], status="damaged", codes=(3,), check=_some(3900)),
    _log("gzip, a header and no more", gzip.compress(_BYTES)[:12], refused="a.log: truncated"),
    *(_log(f"{name} in members", pack(_BYTES[:30_000]) + pack(_BYTES[30_000:]), events=600) for name, pack in _LAYERS.items()),
    *(_log(f"{name} with an empty member", pack(b"") + pack(_BYTES), events=600) for name, pack in _LAYERS.items()),
    *(_log(f"{name} of nothing beside a log", pack(b""), refused="a.log") for name, pack in _LAYERS.items()),
    _log("gzip, second member cut", gzip.compress(_BYTES) + _cut(_PACKED["gzip"], 0.5), status="truncated", codes=(3,), check=_some(601)),
    _log("gzip, second member corrupt", gzip.compress(_BYTES) + b"\x1f\x8b\x08\0rubbish, as it seems", status="damaged", codes=(3,), events=600),
    *(_log(f"{name} with zeros behind", packed + b"\0" * 10_240, events=4000) for name, packed in _PACKED.items()),
    *(_log(f"{name} with rubbish behind", packed + b"rubbish\n", events=4000, status="damaged", codes=(3,)) for name, packed in _PACKED.items()),
    _log("gzip with plain lines behind", gzip.compress(_BYTES) + access(9, first=600).encode(), status="damaged", codes=(3,), events=600),
    _log("gzip in zstd in xz", lzma.compress(_zstd(gzip.compress(_BYTES))), events=600),
    _log("gzip nested four deep", _nest(4), events=600),
    _log("gzip nested forty deep", _nest(40), refused="a.log: .*(nested|layers|within)"),
    _log("gzip with a name inside that is a path", b"\x1f\x8b\x08\x08\0\0\0\0\0\x03../../etc/passwd\0" + gzip.compress(_BYTES)[10:], events=600),
    _log("utf-16 in gzip", gzip.compress(_ACCESS.encode("utf-16")), events=600),
    _log("gzip bomb", _bomb, says="limit|times", codes=(3,), check=_some(600), is_slow=True),
    _log("bzip2 bomb", _bzip2_bomb, codes=(3,), check=_some(600), is_slow=True),
    _log("xz bomb", _xz_bomb, codes=(3,), check=_some(600), is_slow=True),
    _log("zstd bomb", _zstd_bomb, codes=(3,), check=_some(600), is_slow=True),
    _log("blank lines in gzip", gzip.compress(_BYTES + b"\n" * 5_000_000), events=600, is_slow=True),
    Case("a zip archive beside a log", {"a.log": _ACCESS, "b.zip": b"PK\x03\x04\x14\0\0\0\x08\0" + random.Random(3).randbytes(900)}, events=600, codes=(3,), says="zip"),
    Case("a tar archive beside a log", {"a.log": _ACCESS, "b.tgz": gzip.compress(b"x.log" + b"\0" * 252 + b"ustar\x0000" + bytes(248) + _BYTES)}, codes=(3,), says="tar"),
    Case("a picture beside a log", {"a.log": _ACCESS, "b.png": b"\x89PNG\r\n\x1a\n" + random.Random(4).randbytes(5000)}, events=600, codes=(3,)),
]  # fmt: skip


def _long_line(path: Path) -> None:
    with path.open("w") as stream:
        stream.write(_ACCESS + "x" * (100 << 20) + "\n" + access(9, first=600))


def _long_record(path: Path) -> None:
    with path.open("w") as stream:
        stream.write(_JSON + _JSON.splitlines()[0].replace("no stock", "y" * (100 << 20)) + "\n" + _JSON)


def _blanks(path: Path) -> None:
    path.write_bytes(_BYTES + b"\n" * 5_000_000 + access(9, first=600).encode())


def _trace(path: Path) -> None:
    frames = "".join(f"\tat com.shop.Cart.add(Cart.java:{i})\n" for i in range(200_000))
    lines = "2026-11-23 09:00:0{},120 ERROR [main] com.shop.Cart - no stock\n"
    path.write_text(lines.format(1) + "java.lang.IllegalStateException: no\n" + frames + lines.format(2))


SIZES = [
    _log("a line of 100 MB", _long_line, events=609, is_slow=True),
    _log("a record of 100 MB", _long_record, check=_some(120), is_slow=True),
    _log("one line of 100 MB and no more", lambda path: _fill(path, b"x" * (1 << 20), 100), refused="a.log", is_slow=True),
    _log("five million blank lines", _blanks, events=609, is_slow=True),
    _log("five million blank lines and no more", lambda path: _fill(path, b"\n" * 1_000_000, 5), codes=(0, 2, 3), is_slow=True),
    _log("lines of blanks and tabs", _ACCESS + " \t \n" * 100_000, events=600),
    _log("a trace of 200,000 lines", _trace, events=2, is_slow=True),
    _log("json 100,000 deep", _JSON + "[" * 100_000 + "\n" + '{"a":' * 100_000 + "\n" + "[" * 100_000 + "]" * 100_000 + "\n", events=60),
    _log("json document 100,000 deep", '{"alerts":' + "[" * 100_000 + "]" * 100_000 + "}", refused="a.log"),
    _log("json document cut 100,000 deep", "[" * 100_000, refused="a.log"),
    _log("json document 500 deep within its fields", _JSON.replace('"level"', '"x":' + "[" * 500 + "]" * 500 + ',"level"'), events=60),
    _log("a number of 5,000 digits", records(n="9" * 5000), events=60),
    _log("a status of 5,000 digits", records(status="9" * 5000), events=60),
    _log("a duration of 5,000 digits", records(duration="9" * 5000), events=60),
    _log("a stamp of 5,000 digits", _JSON.replace('"2026-11-23T09:00:00Z"', "9" * 5000), events=59, rejected=1),
    _log("a number with an exponent of a million", records(duration="1e1000000", status="-1e999999"), events=60),
    _log("an object of 20,000 keys", records(3) + records(1)[:-2] + "".join(f',"k{i}":{i}' for i in range(20_000)) + "}\n", events=4),
    _log("a table of 3,000 columns", "time,level,message," + ",".join(f"c{i}" for i in range(3000)) + "\n" + ("2026-11-23T09:00:00Z,info,x," + ",".join("1" for _ in range(3000)) + "\n") * 20, events=20),
    _log("a user of a megabyte", records(30) + records(1).replace("u0", "u" * (1 << 20)), events=31),
    _log("20,000 services", "".join(f'{{"ts":"2026-11-23T09:00:{i % 60:02}Z","level":"info","msg":"x","service":"s{i}"}}\n' for i in range(20_000)), events=20_000, is_slow=True),
    _log("20,000 paths that nothing shortens", "".join(line.replace("/a", f"/{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676 % 26)}ing/x") for i, line in enumerate(access(20_000).splitlines(keepends=True))), events=20_000, is_slow=True),
    _log("20,000 messages of which none is like another", "".join(f"2026-11-23T09:{i // 60 % 60:02}:{i % 60:02}Z ERROR {random.Random(i).randbytes(9).hex(' ')} {'abcdefghij'[i % 10] * (i % 50)}x\n" for i in range(20_000)), events=20_000, is_slow=True),
    _log("an empty file", b"", refused="a.log"),
    Case("an empty file beside a log", {"a.log": _ACCESS, "b.log": b""}, events=600, codes=(0,)),
    _log("one line end", b"\n", codes=(0, 2, 3)),
    _log("one line", access(1), events=1),
    _log("one byte", b"x", refused="a.log"),
    Case("1,500 files", {f"f{i:04}.log": access(1, first=i) for i in range(1500)}, events=1500, before=None, is_slow=True),
]  # fmt: skip


def _fill(path: Path, block: bytes, times: int) -> None:
    with path.open("wb") as stream:
        for _ in range(times):
            stream.write(block)
