"""The history of the tables; `backend.store.engine.upgrade` plays it."""
