"""a postmortem's Markdown → its parts: which lines are minutebook's (`regions`), the rows of its timeline, its tables."""
