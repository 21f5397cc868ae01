"""What the report's figures mean: its own terms, and the definitions in `impact.json`."""

from __future__ import annotations

from minutebook.outputs.report.facts.fact import Fact

DEFINITIONS = (
    Fact("impact window", "the stretch of minutes in which so many users hit failures that, at this service's own usual "
         "rate, it would be less than a one-in-a-million coincidence; its edges are the first and the last bad request"),
    Fact("bounds", "all places of an edge nearly as likely as the best one (within 3 nats), wider by the resolution of "
         "the stamps"),
    Fact("exposed", "distinct users with a request in the window's operations and minutes"),
    Fact("affected", "distinct users with a bad request there: failed or degraded"),
    Fact("failed", "affected, with a failure that no success followed within 60 s"),
    Fact("degraded", "affected, with a success within 60 s of each failure, or only slow"),
    Fact("user-minutes", "pairs of a user and a minute with a bad request"),
    Fact("usual", "the same count over the same number of minutes, outside of all windows"),
    Fact("slow", "over 4 × the operation's own median duration and over its usual 99.5th percentile"),
    Fact("coverage", "covered: there's evidence; partly: it begins, ends or breaks off in that minute, or fewer hosts log than usual;"
        " none: no data"),
    Fact("time error", "how far off an instant can be: the resolution of its stamp, or half of its bounds"),
)  # fmt: skip
