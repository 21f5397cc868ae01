"""what the caller says: of sources, of requests that count and are bad, of objectives, and of limits."""
