"""keys of a source's records → the layer that it logs from, where only a proxy, a balancer or a CDN has such keys.

JSON, key=value pairs and tables are an application's unless their keys say otherwise. Without this, the requests that
a proxy logs as JSON and an application behind it logs again, under no common id, would each count twice.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Outermost layer first: sets of keys, one of which has to be there as a whole, compared by their last part.
_MARKS: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = (
    ("cdn", (
        frozenset({"EdgeResponseStatus"}),  # Cloudflare's Logpush
        frozenset({"x-edge-location"}),  # CloudFront
        frozenset({"reqTimeSec", "cliIP"}),  # Akamai's DataStream
        frozenset({"fastly_is_edge"}),
    )),
    ("balancer", (
        frozenset({"elb_status_code"}),  # AWS, as Athena's tables call it
        frozenset({"forwarding_rule_name"}),  # Google's load balancer
    )),
    ("proxy", (
        frozenset({"upstream_response_time"}), frozenset({"upstream_addr"}), frozenset({"upstream_status"}),  # nginx
        frozenset({"body_bytes_sent"}),
        frozenset({"DownstreamStatus"}),  # Traefik
        frozenset({"response_flags", "upstream_cluster"}), frozenset({"response_flags", "upstream_host"}),  # Envoy
    )),
)  # fmt: skip


def find_layer(keys: Iterable[str]) -> str | None:
    """The outermost layer (of `events.LAYERS`) that alone writes such keys; None where an application may, too."""
    last = {key.rpartition(".")[2] for key in keys}
    return next((layer for layer, marks in _MARKS if any(mark <= last for mark in marks)), None)
