"""Task files: tasks of the user's own, in TOML, checked line by line."""
