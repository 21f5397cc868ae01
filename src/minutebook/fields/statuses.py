"""response codes as HTTP numbers them or gRPC names them → what a request was answered with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import is_dictionary

#: gRPC's codes by number, and the HTTP codes that `google.rpc.Code` gives them: a call that fails is a 200 in HTTP.
_GRPC = (
    ("ok", 200), ("cancelled", 499), ("unknown", 500), ("invalidargument", 400), ("deadlineexceeded", 504), ("notfound", 404),
    ("alreadyexists", 409), ("permissiondenied", 403), ("resourceexhausted", 429), ("failedprecondition", 400), ("aborted", 409),
    ("outofrange", 400), ("unimplemented", 501), ("internal", 500), ("unavailable", 503), ("dataloss", 500), ("unauthenticated", 401),
)  # fmt: skip
_GRPC_CODES = {**dict(_GRPC), **{str(number): code for number, (_, code) in enumerate(_GRPC)}, "canceled": 499}


def read_statuses(parts: Mapping[str, pa.Array]) -> pa.Array | None:
    """The code of each record as int16, gRPC's before HTTP's; None where no part has one."""
    status = read_status(parts["status"]) if "status" in parts else None
    if "grpc_status" not in parts:
        return status
    called = _read_codes(parts["grpc_status"], _read_grpc)
    return called if status is None else pc.coalesce(called, status)


def read_status(values: pa.Array) -> pa.Array:
    """Response codes 100 to 599 as int16; anything else is null."""
    return _read_codes(values, lambda text: int(text) if re.fullmatch(r"[1-5][0-9]{2}", text) else None)


def _read_grpc(text: str) -> int | None:
    return _GRPC_CODES.get(re.sub(r"[\W_]", "", text).lower())


def _read_codes(values: pa.Array, read: Callable[[str], int | None]) -> pa.Array:
    encoded = values if is_dictionary(values) else values.dictionary_encode()
    numbers = [read(text) if text else None for text in encoded.dictionary.to_pylist()]
    return pa.array(numbers, pa.int16()).take(encoded.indices)
