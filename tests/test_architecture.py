"""The order of modules is the architecture: each imports only those before it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "minutebook"

#: Every module and package of minutebook, each before those that may import it. Read as the chain:
#: evidence → sources → lines → records → events → summary → minutes, timeline, impact → outputs.
ORDER = (
    "errors", "names", "fronts", "machine", "columns", "events", "times", "logformats", "exports", "settings",
    "sources", "records", "fields", "plans", "detection", "clocks", "reading", "merging", "redaction", "summary",
    "engines", "gathering", "sli", "assessment", "grid", "chronology", "ledger",
    "outputs", "book", "freezing", "differences", "postmortem", "verbs", "cli", "__main__",
)  # fmt: skip

#: Places of one machine, which nobody else has.
MACHINE_PATH = re.compile(r"(?<![\w.~/$}])/(?:work|tmp|root|home/\w+)/")


def modules() -> list[str]:
    """Modules and packages directly in minutebook; a folder without Python is data."""
    files = [path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"]
    packages = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    return sorted(files + packages)


def sources(module: str) -> list[Path]:
    folder = PACKAGE / module
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{module}.py"]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module of minutebook) of each import, inside functions and for types included."""
    parents = path.relative_to(PACKAGE.parent).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(parents[: len(parents) + 1 - node.level]) if node.level else ""
            origin = ".".join(part for part in (above, node.module or "") if part)
            names = [f"{origin}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "minutebook" and len(parts) > 1 and parts[1] != "__version__":
                yield node.lineno, parts[1]


def test_the_order_names_every_module_once() -> None:
    assert len(set(ORDER)) == len(ORDER)
    missing = sorted(set(modules()) - set(ORDER))
    gone = [module for module in ORDER if module not in modules()]
    assert not missing, f"put into ORDER, behind what they import and before their importers: {missing}"
    assert not gone, f"take out of ORDER, since no such module is left: {gone}"


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_those_before_it(module: str) -> None:
    if module not in ORDER:
        pytest.skip("not in ORDER, which another test reports")
    before = set(ORDER[: ORDER.index(module)]) | {module}
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        for path in sources(module)
        for line, name in imports(path)
        if name not in before
    ]
    assert not wrong, f"{module} may import only what is before it in ORDER; move code, or the entry: {wrong}"


def published() -> list[Path]:
    """What readers see: source, documentation, notebooks and scripts, tests apart."""
    folders = ("src", "sample_logs", "notebooks", "docs", "benchmarks", ".ci")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.suffix in (".md", ".toml")]
    suffixes = (".py", ".md", ".ipynb", "")
    return [path for path in found if path.suffix in suffixes or path.parent == ROOT]


def test_nothing_published_names_a_place_of_one_machine() -> None:
    hits = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in published()
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        if MACHINE_PATH.search(line)
    ]
    assert not hits, f"name no folder of one machine; use a relative or a temporary one: {hits}"


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_files(path: Path, known: Mapping[str, Path]) -> set[str]:
    """The files of minutebook that one imports by name: of ``from package import module`` the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                found.add(name if name in known else node.module)
    return found & set(known) - {"minutebook"}


def test_no_files_import_each_other_in_a_circle() -> None:
    known = {name_of(path): path for path in PACKAGE.rglob("*.py")}
    graph = {name: imported_files(path, known) for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(f"take one of these imports out: {' → '.join(circle.args[1])}")
