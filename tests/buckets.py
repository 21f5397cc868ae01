"""A folder → Google's object store on this machine: its folders are buckets, and the few calls of Arrow's client are known.

It's a process of its own, since Arrow waits for a first answer without letting other threads of Python run. Each
request is a line of ``requests.log`` beside the buckets: method, path, range, bytes sent. Some names have a meaning:
``private`` may not be read, nor may the content of a ``shut.log``; ``unlisted`` only be listed and read (not asked
about); ``busy`` always asks to come back later, and ``mute`` says nothing.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_PAGE = 2  # objects of one answer: further ones have to be asked for
_REFUSALS = {"private": 403, "busy": 503}


class _Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        bucket, *object_name = [unquote(part) for part in url.path.removeprefix("/storage/v1/b/").split("/")]
        if bucket == "mute":
            time.sleep(60)
        if bucket in _REFUSALS or (bucket == "unlisted" and not object_name):
            return self._refuse(_REFUSALS.get(bucket, 403))
        if not (self.folder / bucket).is_dir():
            return self._refuse(404)
        if not object_name:
            return self._say({"name": bucket})
        if len(object_name) == 1:
            return self._list(bucket, query)
        path = self.folder / bucket / object_name[1]
        if not path.is_file() or query.get("generation", _generation(path)) != _generation(path):
            return self._refuse(404)
        if query.get("alt") == "media":
            return self._refuse(403) if path.name == "shut.log" else self._send(path)
        return self._say(self._describe(bucket, path))

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        found = [self._describe(bucket, path) for path in sorted((self.folder / bucket).rglob("*"))]
        found = [each for each in found if each["name"].startswith(query.get("prefix", ""))]
        start = int(query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + _PAGE)} if len(found) > start + _PAGE else {}
        self._say({"items": found[start : start + _PAGE], **more})

    def _describe(self, bucket: str, path: Path) -> dict[str, Any]:
        """What is told of an object; a folder is an empty one, as Google's console makes it."""
        about = path.stat()
        name = path.relative_to(self.folder / bucket).as_posix() + ("/" if path.is_dir() else "")
        size = about.st_size if path.is_file() else 0
        made = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(about.st_mtime))
        made = f"{made}.{about.st_mtime_ns // 1_000_000 % 1000:03}Z"
        told = {"bucket": bucket, "name": name, "size": str(size), "generation": _generation(path)}
        return told | {"timeCreated": made, "updated": made}

    def _send(self, path: Path) -> None:
        content = path.read_bytes()
        first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        start, stop = int(first), int(last or len(content)) + bool(last)
        stop = min(stop, len(content))
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(stop - start))
        self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        self.send_header("x-goog-generation", _generation(path))
        self.end_headers()
        # Nothing is to wait in the system's buffers: what was sent is what was asked for.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        sent = 0
        try:
            for at in range(start, stop, 1 << 16):
                sent += self.wfile.write(content[at : min(at + (1 << 16), stop)])
        except OSError:
            self.close_connection = True
        self._note(sent)

    def _say(self, document: object, status: int = 200) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self._note(len(content))

    def _refuse(self, status: int) -> None:
        self._say({"error": {"code": status, "message": "no"}}, status)

    def _note(self, sent: int) -> None:
        with (self.folder / "requests.log").open("a") as log:
            log.write(f"{self.command} {self.path} {self.headers.get('Range', '-')} {sent}\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


def _generation(path: Path) -> str:
    return str(path.stat().st_mtime_ns)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The store of a folder while the block runs, as ``host:port``."""
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    _Store.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Store)
    print(f"127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
