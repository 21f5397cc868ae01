"""what the caller says: about sources, about which requests count and are bad, objectives, and limits on hostile evidence."""
