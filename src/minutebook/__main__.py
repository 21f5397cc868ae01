"""`python -m minutebook` → the command."""

from minutebook.machine.interrupting import end_before_beginning


def run() -> None:
    """The command, in a process of its own."""
    end_before_beginning()
    from minutebook.cli import main
    from minutebook.cli.ending import ends_at_once

    with ends_at_once():
        main()


# Guarded, since processes that Dask starts import this module again.
if __name__ == "__main__":
    run()
