"""The command line: one short command per public verb. Data goes to stdout or ``-o``, the rest to stderr.

Exit codes: 0 complete; 2 refused, one line of error, nothing written; 3 done, but evidence was damaged or
over 5 % of a source was rejected; 130 interrupted.
"""

from __future__ import annotations

import click

from minutebook.cli.actions import actions
from minutebook.cli.agreeing import diff, freeze, verify
from minutebook.cli.books import events, impact, minutes, reconstruct, timeline
from minutebook.cli.group import Commands
from minutebook.cli.knowing import check, formats, init, schema, show
from minutebook.cli.looking import plot, report
from minutebook.cli.postmortem import audit, draft, wording


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="minutebook")
def main() -> None:
    """Reconstruct the timeline of an incident from what it left behind.

    Application logs, deploy records and alert histories become one event frame, a minute-by-minute
    timeline, impact windows and counts of affected users. Facts and their evidence; no causes, no blame.

    \b
    minutebook reconstruct evidence/ -o book/     everything
    minutebook timeline evidence/ -o timeline.csv
    minutebook impact evidence/
    """


#: Every command, in the order of help: what most people want first.
COMMANDS = (reconstruct, timeline, impact, report, plot, minutes, events, check, init, show,
            freeze, verify, diff, draft, audit, wording, actions, formats, schema)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
