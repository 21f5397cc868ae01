"""columns of many rows, looked at once a distinct value, and added up by integers."""
