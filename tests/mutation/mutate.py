"""Break the code, a little at a time, and see whether its tests notice: `python tests/mutation/mutate.py [-n COUNT]`.

A mutant is one module with one change: a comparison turned, a number by one off, a condition negated, `and` for `or`,
plus for minus. Of all possible ones a sample is tried, the same one for the same seed. A mutant that no test notices
is printed with its place: each is a test that's missing, or a change that changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Module of minutebook → the tests that are to notice.
TESTED = {
    "sources/lines.py": ["test_lines.py"],
    "sources/compression.py": ["test_compression.py"],
    "sources/contents.py": ["test_contents.py", "test_sources.py"],
    "reading/account.py": ["test_hostile.py"],
    "gathering/copies.py": ["test_copies.py", "test_hostile.py"],
    "gathering/overlaps.py": ["test_overlaps.py"],
    "gathering/fingerprints.py": ["test_copies.py", "test_hostile.py"],
    "sli/coverage.py": [
        "assessment/test_figures.py",
        "test_coverage.py",
        "test_summary.py",
        "assessment/test_impact.py",
    ],
    "times/instants.py": ["test_times.py"],
    "times/epochs.py": ["test_times.py"],
    "records/folding.py": ["test_records.py", "test_collected_logs.py"],
    "merging/alerts.py": ["test_merging.py"],
    "merging/deploys.py": ["test_merging.py", "test_rollbacks.py"],
    "assessment/windows.py": ["assessment/test_figures.py", "assessment/test_impact.py", "assessment/test_several.py"],
    "assessment/scan.py": ["assessment/test_scan.py", "assessment/test_figures.py", "assessment/test_impact.py"],
    "assessment/calm.py": ["assessment/test_calm.py", "assessment/test_short.py", "assessment/test_figures.py"],
    "assessment/loss.py": ["assessment/test_losses.py", "assessment/test_figures.py", "assessment/test_impact.py"],
    "assessment/absences.py": ["assessment/test_absences.py"],
    "assessment/users.py": ["assessment/test_users.py", "assessment/test_losses.py", "assessment/test_figures.py"],
    "assessment/channels.py": [
        "assessment/test_channels.py",
        "assessment/test_figures.py",
        "assessment/test_impact.py",
    ],
    "assessment/edges.py": ["assessment/test_edges.py", "assessment/test_figures.py", "assessment/test_impact.py"],
    "assessment/milestones.py": ["assessment/test_milestones.py"],
    "grid.py": ["test_grid.py"],
    "outputs/atomic.py": ["outputs/test_atomic.py", "outputs/test_whole_book.py"],
    "outputs/inert.py": ["outputs/test_inert.py", "outputs/test_tables.py"],
}
_TURNED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def list_places(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(number of the node as `ast.walk` gives it, what would be changed)."""
    in_types = {id(inner) for node in ast.walk(tree) for inner in _list_types(node)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in in_types:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _TURNED:
            yield number, "comparison"
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _TURNED:
            yield number, "operator"
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield number, "constant"
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            yield number, "condition"


def _list_types(node: ast.AST) -> Iterator[ast.AST]:
    """What is annotation, a type's alias, or says how a class is made: nothing of it runs to any effect."""
    for decorator in getattr(node, "decorator_list", ()) if isinstance(node, ast.ClassDef) else ():
        yield from ast.walk(decorator)
    for name in ("annotation", "returns"):
        inner = getattr(node, name, None)
        if isinstance(inner, ast.AST):
            yield from ast.walk(inner)


def make_mutant(tree: ast.Module, number: int) -> tuple[ast.Module, int, str]:
    """The tree with one node changed, the line of it, and what it says now."""
    changed = copy.deepcopy(tree)
    node = next(each for place, each in enumerate(ast.walk(changed)) if place == number)
    if isinstance(node, ast.Compare):
        node.ops[0] = _TURNED[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = _TURNED[type(node.op)]()
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    told = node.test if isinstance(node, ast.If | ast.While) else node
    return changed, getattr(node, "lineno", 0), ast.unparse(ast.fix_missing_locations(told))[:80]


def is_noticed(module: str, tree: ast.Module, tests: list[str], timeout_s: float) -> bool:
    """Whether any of the tests fails, or no longer ends, with the module as ``tree`` says."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        (source / "minutebook" / module).write_text(ast.unparse(tree), "utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            *(f"tests/{test}" for test in tests),
        ]
        environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": folder}
        try:
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def main() -> int:
    """The command; exit code 1 where fewer are noticed than asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as lines.py; default: all")
    parser.add_argument("-n", "--count", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.0, help="share that must be noticed")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for a mutant")
    said = parser.parse_args()
    chosen = said.modules or list(TESTED)
    trees = {module: ast.parse((ROOT / "src" / "minutebook" / module).read_text("utf-8")) for module in chosen}
    every = [(module, *place) for module in chosen for place in list_places(trees[module])]
    sample = random.Random(said.seed).sample(every, min(said.count, len(every)))
    noticed = 0
    for tried, (module, number, kind) in enumerate(sample, 1):
        tree, line, text = make_mutant(trees[module], number)
        if is_noticed(module, tree, TESTED[module], said.timeout):
            noticed += 1
        else:
            print(f"survives: {module}:{line}: {kind}: {text}", flush=True)
        if tried % 10 == 0:
            print(f"{noticed} of {tried} noticed", flush=True)
    print(
        f"{noticed} of {len(sample)} mutants noticed ({noticed / max(len(sample), 1):.0%}), of {len(every)} possible ones"
    )
    return int(noticed < said.least * len(sample))


if __name__ == "__main__":
    sys.exit(main())
