"""Where a job stands: the store's enum, under the name this room gives it to others."""

from backend.store.tables import JobStatus

__all__ = ["JobStatus"]
