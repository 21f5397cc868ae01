"""impact → the edges of its windows, as they're shaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minutebook.outputs.instants import as_instant
from minutebook.outputs.plots.shading import Edge
from minutebook.outputs.wording.windows import pick_windows


def find_edges(impact: Mapping[str, Any]) -> list[tuple[Edge, Edge]]:
    """Where each window begins and ends. Those without evidence are hatched as minutes without data, never shaded as impact."""
    return [(_read_edge(window, "start"), _read_edge(window, "end")) for window in pick_windows(impact)]


def _read_edge(window: Mapping[str, Any], name: str) -> Edge:
    times = (as_instant(window.get(key)) for key in (name, f"{name}_earliest", f"{name}_latest"))
    return Edge(*(time and time.to_pydatetime() for time in times))
