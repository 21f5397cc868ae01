"""a book → the postmortem around it: five parts, of which two are facts and three belong to people.

Read in order: `figures` (a book → its figures with their evidence), `factors` (what took how long, as facts),
`regions` (which lines of a document are minutebook's), `draft` (all of it as Markdown). `actions` reads the action
items that people wrote and judges them (by `outcomes` and `deadlines`), `tracking` exports them, `review` reads what became
of them. `audit` holds a written postmortem against its book: `units` are its statements, `quantities` what they state,
`subjects` what that is about, `known` what the book has on it, `verbatim` and `claims` the two ways to compare, `consistency`
where the document contradicts itself. `wording` points at blame and hindsight.
"""
