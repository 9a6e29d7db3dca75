"""Circuit Explorer's server: the science, the store, the jobs, the API and the command line."""

import os

__version__ = "0.1.0"

# Before torch is loaded: its threads shall sleep while they wait for each other. Spinning, which is
# the default, starves whoever shares the cores (a search and a click, or two searches): on a busy
# machine either takes several times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
