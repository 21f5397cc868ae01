"""`python -m minutebook` → the command."""

from minutebook.cli import main

# Processes that Dask starts import this module again.
if __name__ == "__main__":
    main()
