"""what the caller says: which requests are bad, what is aimed at, and how much of hostile evidence is read."""
