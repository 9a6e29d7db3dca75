"""The web server: pages, the JSON API and its event streams."""
