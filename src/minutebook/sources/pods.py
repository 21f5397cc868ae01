"""a path as Kubernetes or who collects from it writes it → the pod whose log it is, and the service."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

#: The letters of the hashes in pods' names, which have no vowels.
_HASH = "[bcdfghjklmnpqrstvwxz2456789]"
#: Of a deployment: its name, the hash of its version, and that of the pod.
_DEPLOYED = re.compile(rf"(?P<service>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)-{_HASH}{{8,10}}-{_HASH}{{5}}")
#: /var/log/pods/NAMESPACE_POD_UID/CONTAINER/RESTARTS.log
_FOLDER = re.compile(r"[a-z0-9-]+_(?P<pod>[a-z0-9.-]+)_(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})")
_RESTARTS = re.compile(r"\d+\.log(?:\..*)?")
#: /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log
_LINK = re.compile(r"(?P<pod>[a-z0-9.-]+)_[a-z0-9-]+_(?P<service>[a-z0-9-]+)-[0-9a-f]{64}")
_PREVIOUS = re.compile(r"[-_.]previous$")  # of a container that was restarted, as `kubectl logs --previous` gives it


class Pod(NamedTuple):
    """Who wrote a log: the pod, and the container or deployment that it's of."""

    name: str
    service: str


def find_pod(parts: Sequence[str], stem: str) -> Pod | None:
    """The pod that a path is of, by its ``parts`` and the ``stem`` of its last one; None where it's named otherwise."""
    if len(parts) >= 3 and (folder := _FOLDER.fullmatch(parts[-3])) and _RESTARTS.fullmatch(parts[-1]):
        return Pod(folder["pod"], parts[-2])
    if link := _LINK.fullmatch(stem):
        return Pod(link["pod"], link["service"])
    name = _PREVIOUS.sub("", stem)
    return Pod(name, deployed["service"]) if (deployed := _DEPLOYED.fullmatch(name)) else None
