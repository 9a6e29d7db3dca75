"""Background work: queued in the database, run in worker processes, followed through events."""
