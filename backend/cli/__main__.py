"""`python -m backend.cli`, the same as `circuit-explorer`."""

from backend.cli import app

app(prog_name="circuit-explorer")
