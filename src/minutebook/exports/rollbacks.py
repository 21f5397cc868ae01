"""deploys in order → those that brought back a version that ran before, worded so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from minutebook.exports.rows import PURPOSE

_OPENING = "deploy of "


def word_rollbacks(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows; a deploy of a version that its service ran before the one it replaces reads "rollback of …".

    The phase stays: the rollback itself started and succeeded. A deploy on one host after another is one version.
    """
    ran: dict[tuple[object, object], list[str]] = {}
    back: set[tuple[object, object]] = set()
    begun: set[object] = set()
    for row in sorted(rows, key=lambda row: (row["time"], str(row["entity"]))):
        version, lane = row["version"], (row["service"], row["environment"])
        if (
            row["kind"] != "deploy"
            or PURPOSE in json.loads(row["fields"])
            or not version
            or not row["service"]
            or row["phase"] not in ("started", "succeeded")
        ):
            continue
        if row["entity"] in begun:  # its end; another deploy may have begun in between
            continue
        begun.add(row["entity"])
        versions = ran.setdefault(lane, [])
        if version in versions[:-1] and version != versions[-1]:
            back.add((row["entity"], version))
        if not versions or versions[-1] != version:
            versions.append(version)
    return [_word(row) if (row["entity"], row["version"]) in back and row["kind"] == "deploy" else row for row in rows]


def _word(row: dict[str, Any]) -> dict[str, Any]:
    message = str(row["message"])
    if not message.startswith(_OPENING):
        return row
    told = json.loads(row["fields"]) | {"rollback": True}
    return row | {
        "message": "rollback of " + message[len(_OPENING) :],
        "fields": json.dumps(told, sort_keys=True, ensure_ascii=False),
    }
