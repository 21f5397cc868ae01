"""`python -m minutebook` → the command."""

from minutebook.cli import main

main()
