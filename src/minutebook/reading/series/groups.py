"""sources → groups of those that may be parts of one log: small files that are named alike but for numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minutebook.settings.config import Config
from minutebook.sources import Source, is_named_packed

#: Bytes: of a file that may be one of a series, as stored; of those that are read together, as they may unpack.
_LARGEST, _TOGETHER = 2 << 20, 16 << 20
_UNPACKED = 10  # times its size, as a guess for a packed file; it only decides how much is read at once
_MOST_FILES = 2048
_NUMBERED = re.compile(r"[A-Za-z0-9]*[0-9][A-Za-z0-9]*")


@dataclass
class Group:
    """Sources that are read together, or one alone."""

    sources: list[Source]
    first: list[Source] = field(default_factory=list)  #: those of the log's first group, which show its format

    @property
    def is_first(self) -> bool:
        """Whether it shows the format of other groups."""
        return self.first is self.sources

    @property
    def log(self) -> str:
        """The same for all groups of one log; empty where there's no other one."""
        return self.first[0].name if self.first else ""


def group_sources(sources: Sequence[Source], config: Config) -> list[Group]:
    """The sources in groups: several that may be parts of one log, or one alone; in the order of their first sources."""
    groups: list[Group] = []
    open_groups: dict[tuple[object, ...], tuple[Group, int]] = {}
    for source in sources:
        size = source.size if isinstance(source.path, Path) and not source.problem else None
        if not size or size > _LARGEST:
            groups.append(Group([source]))
            continue
        said = config.of(source.name)
        key = (_NUMBERED.sub("0", source.name), *((name, str(said[name])) for name in sorted(said)))
        size *= _UNPACKED if is_named_packed(source.name) else 1
        group, held = open_groups.get(key, (None, 0))
        if group is None or held + size > _TOGETHER or len(group.sources) == _MOST_FILES:
            before, group, held = group, Group([]), 0
            if before:
                group.first = before.first = before.first or before.sources
            groups.append(group)
        group.sources.append(source)
        open_groups[key] = group, held + size
    return groups


def find_firsts(groups: Sequence[Group]) -> list[Group]:
    """The first group of each log that has several."""
    return [group for group in groups if group.is_first]
