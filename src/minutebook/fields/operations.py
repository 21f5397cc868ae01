"""request lines, or methods and paths → the operations of requests: ``METHOD /path``, ids templated."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts, drop_unknown, is_dictionary, map_texts, pair_texts, plain_texts

# In bulk what `_SEGMENT` says of numbers; twice, since a slash between two of them belongs to both.
_NUMBER = (r"/\d+([/ ]|$)", r"/{id}\1")
#: A number with letters ahead that say what it's of: u107, ord20417; not v2, h264, x509, e164 or rfc3339.
_LETTERED = r"(?:[A-DF-GI-UWYZa-df-gi-uwyz]\d{3,}|[A-Za-z]{2,3}\d{5,})"
_NUMBERS = (
    _NUMBER, _NUMBER, (r"([/\-._~])\d{4,}([/\-._~ ]|$)", r"\1{id}\2"), (rf"/{_LETTERED}([/ ]|$)", r"/{id}\1"),
)  # fmt: skip
_PROTOCOL = re.compile(r" HTTP/[\d.]+$")
# Kubernetes says `list /api`.
_METHOD = re.compile(r"([A-Z]{3,10}|[a-z]{3,20}(?= /)) (\S+)")
# gRPC's full name of a method, package.Service/Method, which is the path of a POST.
_GRPC_METHOD = r"^/?((?:[A-Za-z_]\w*\.)*[A-Z]\w*/[A-Z]\w*)$"
# What a router calls a place in a path: /orders/:id, /orders/{orderId}, /orders/<int:id>, /orders/[id].
_PLACE = re.compile(r"(?<=/)(?::[A-Za-z_]\w*|\{[^/{}]+\}|<[^/<>]+>|\[[A-Za-z_.]\w*\])(?=/|$)")
_SEGMENT = re.compile(
    rf"(?<=/)(?:\d+|{_LETTERED}|"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}|(?=[\w\-]*\d)[A-Za-z0-9_\-]{20,})(?=/|$)"
    # a number or a hash as part of a name: order-12345, app.8f3a2b1c.js
    r"|(?<=[/\-._~])(?:\d{4,}|(?=[0-9a-f]*\d)[0-9a-f]{8,})(?=[/\-._~]|$)"
)


def read_operations(parts: Mapping[str, pa.Array]) -> pa.Array | None:
    """``METHOD /path`` (OpenTelemetry's name of an HTTP span) from a request line or method and path."""
    if "request" in parts:
        operation = map_texts(_shorten_targets(parts["request"]), _name_operation)
        if "path" not in parts or not operation.null_count:
            return operation
        others = read_operations({name: values for name, values in parts.items() if name != "request"})
        return pc.coalesce(plain_texts(operation), plain_texts(others)).dictionary_encode()
    if "path" in parts:
        path = _shorten_targets(parts["path"])
        if "method" in parts:
            path = pair_texts(path, parts["method"], is_second_ahead=True)
        return map_texts(path, _name_operation)
    if "operation" not in parts:
        return None
    # A proxy in front of the service calls it the request that it is.
    return drop_unknown(change_texts(parts["operation"], _name_grpc_request))


def _name_grpc_request(methods: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(methods, _GRPC_METHOD, r"POST /\1")


def _shorten_targets(targets: pa.Array) -> pa.DictionaryArray:
    """The targets cut off at ``?``, ``#`` or ``;``, with numbers as ids, so that few distinct ones are left."""
    targets = targets if is_dictionary(targets) else targets.dictionary_encode()
    # The rest is then done on those few.
    return change_texts(change_texts(targets, lambda each: _name_last_number(_cut_query(each))), _name_numbers)


def _cut_query(targets: pa.Array) -> pa.Array:
    held = bytes(targets.buffers()[2] or b"")
    has_query = any(mark in held for mark in (b"?", b"#", b";"))
    if not has_query and b" HTTP/" not in held:
        return targets
    protocol = _PROTOCOL.search(targets[0].as_py() or "")
    if protocol and not has_query and pc.all(pc.ends_with(targets, protocol.group())).as_py():
        size = len(protocol.group())
        return pc.binary_slice(targets.cast(pa.binary()), 0, -size).cast(pa.string())
    return pc.replace_substring_regex(targets, r"(?:[?#;].*| HTTP/[\d.]+)$", "")


def _name_last_number(targets: pa.Array) -> pa.Array:
    # Most ids are at the end, where no regular expression is needed.
    cut = pc.ascii_rtrim(targets, "0123456789")
    is_id = pc.and_(pc.ends_with(cut, "/"), pc.not_equal(cut, targets))
    return pc.if_else(is_id, pc.binary_join_element_wise(cut, "{id}", ""), targets)


def _name_numbers(targets: pa.Array) -> pa.Array:
    for pattern, by in _NUMBERS:
        targets = pc.replace_substring_regex(targets, pattern, by)
    return targets


def _name_operation(text: str) -> str | None:
    match = _METHOD.match(text)
    method, target = match.groups() if match else ("", text)
    if not target.startswith("/"):
        found = re.match(r"[a-z]+://[^/]*(/[^\s]*)?", target)
        if not found:
            # Not a request line at all: a TLS hello on a plain port, an empty line.
            return None if "\\x" in target or not target.strip("-") or match is None else f"{method} {target}"
        target = found.group(1) or "/"
    path = re.split(r"[?#;\s]", target, maxsplit=1)[0]
    path = _SEGMENT.sub("{id}", _PLACE.sub("{id}", path))
    return f"{method} {path}" if method else path
