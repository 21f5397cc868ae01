"""a book → the postmortem around it: five parts, of which two are facts and three belong to people.

Read in order: `figures` (a book → its figures with their evidence), `factors` (what took how long, as facts),
`regions` (which lines of a document are minutebook's), `draft` (all of it as Markdown). `actions` reads the action
items that people wrote and judges them, `tracking` exports them, `review` reads what became of them. `claims` finds
what a written postmortem states, `audit` holds it against the book. `wording` points at blame and hindsight.
"""
