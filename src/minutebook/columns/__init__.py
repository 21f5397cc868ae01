"""columns of many rows: each distinct value is looked at once, and rows are added up by integers."""
