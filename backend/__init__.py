"""Circuit Explorer's server: the science, the store, the jobs, the API and the command line."""

__version__ = "0.1.0"
