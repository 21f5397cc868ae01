"""a book → the postmortem around it: of five parts, two are facts and three belong to people.

Read in order:

* `document`: which lines of a postmortem are minutebook's, the rows of its timeline, its tables.
* `draft`: a book as Markdown, with its `figures` and `factors` (what took how long, as facts) and questions to people.
* `actions`: the action items that people wrote, judged by `outcomes` and `deadlines`; `tracking` exports them, `review`
  reads what became of them.
* `audit`: a written postmortem against its book. `units` are its statements, `quantities` the numbers in them, `subjects`
  what these are about, `known` what the book has on that, `verbatim` and `claims` the two ways to compare, `consistency`
  where the document contradicts itself.
* `wording` points out blame and hindsight.
"""
