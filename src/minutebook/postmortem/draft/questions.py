"""What a facilitator says and asks: the ground rules, and questions for each part that belongs to people.

Questions begin with "what" and "how": "why did you" asks for a defence. After Etsy's guide to facilitating
debriefings (2016), Google's SRE book (chapter 15) and Cook's "How Complex Systems Fail" (1998).
"""

from __future__ import annotations

GROUND_RULES = (
    ("No blame.", "What people did made sense with what they saw at the time. We look at the system that showed it to them; people are roles here."),
    ("Good intent.", "Everybody did the best they could with what they knew, the tools they had and the time there was."),
    ("Action items are specific, assigned and timeboxed.", "One that isn't will not be done; `minutebook actions check` says which aren't."),
)  # fmt: skip
ORDER = "First agree on what happened (parts 1 and 2, which are facts); only then discuss why (parts 3 to 5, which are yours)."

ROOT_CAUSE = (
    "The condition of the system that made this possible: not the event that set it off, which is only where it surfaced.",
    (
        "What had to be true of the system, before the first row of the timeline, for this to happen at all?",
        "Had this trigger not come, what else would have set it off, and when?",
        "What made the same change, load or event harmless until now?",
        "What were people told by the system at that moment, and what made their next step the sensible one?",
        "What would have to be different so that the same trigger does no harm?",
    ),
)
FACTORS = (
    "What made it worse, what made it last, what delayed the response. The facts below are offered as a start; whether they matter is for the room.",
    (
        "What made the impact larger than the trigger alone would have: retries, shared pools, missing limits, a rollout to all at once?",
        "What would have told us earlier, and what told us something misleading?",
        "What did responders look for and not find: a dashboard, a runbook, an owner, access?",
        "What went well and shortened this, so that we keep it?",
        "Where were we lucky?",
    ),
)  # fmt: skip
ACTIONS = (
    "Each with a verb and an outcome that can be checked, one owner or team, a date, and the rows of the timeline that it answers."
    " \"Improve monitoring\" is none; \"Add an alert for API latency above 500 ms, paging within 2 minutes\" is one.",
    (
        "Which single change would have prevented this, whatever set it off?",
        "Which would have halved the time to detect, or to mitigate?",
        "How will we know that it works: which test, drill or alert shows it?",
        "Does it change the system, or does it rely on somebody paying attention?",
        "Who can decide and finish it by then, and what would they have to put off for it?",
    ),
)  # fmt: skip
