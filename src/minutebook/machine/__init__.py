"""how a run uses the machine: memory, threads, temporary files, what it tells while it runs, and how it ends early."""
