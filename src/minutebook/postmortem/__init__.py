"""a book → the postmortem around it: five parts, of which two are facts and three belong to people.

Read in order:

* `document`: which lines of a postmortem are minutebook's, the rows of its timeline, its tables.
* `draft`: a book as Markdown, by its `figures` and `factors` (what took how long, as facts), with questions to people.
* `actions`: the action items that people wrote, judged by `outcomes` and `deadlines`; `tracking` exports them, `review`
  reads what became of them.
* `audit`: a written postmortem against its book. `units` are its statements, `quantities` what they state, `subjects` what
  that is about, `known` what the book has on it, `verbatim` and `claims` the two ways to compare, `consistency` where the
  document contradicts itself.
* `wording` points at blame and hindsight.
"""
