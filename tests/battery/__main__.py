"""Run the battery of hostile cases: `python tests/battery [PATTERN …] [--cold]`; prints the score.

Each case runs in a child of its own. A line is printed for each case that fails, then how many hold,
the greatest memory and the slowest case. Exit code 1 where any fails.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tempfile
from pathlib import Path

from cases import CASES
from running import import_everything, run_case


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="cases by name, such as 'gzip*'")
    parser.add_argument("--cold", action="store_true", help="start the command anew for each case")
    parser.add_argument("--list", action="store_true", help="only name the cases")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line a case")
    said = parser.parse_args()
    patterns = said.patterns or ["*"]
    cases = [case for case in CASES if any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns)]
    if said.list:
        print(*(case.name for case in cases), sep="\n")
        return 0
    if not said.cold:
        import_everything()
    held, measured = 0, []
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="battery-") as folder:
            Path(folder).chmod(0o777)
            outcome, problems = run_case(case, Path(folder), cold=said.cold or case.is_cold)
        held += not problems
        measured.append((outcome.seconds, outcome.peak_mb, case.name))
        if problems or said.verbose:
            print(f"{'FAILS' if problems else 'holds'}  {case.name}: {outcome.seconds:.1f} s, {outcome.peak_mb:.0f} MB")
        for problem in problems:
            print(f"       {problem}")
        sys.stdout.flush()
    if measured:
        seconds, _, slowest = max(measured)
        peak, most = max((mb, name) for _, mb, name in measured)
        print(f"{held} of {len(cases)} hold; slowest {seconds:.1f} s ({slowest}); most memory {peak:.0f} MB ({most})")
    return 0 if held == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
