"""The report on a circuit: how far it can be trusted, line by line.

`verify` tests a circuit in ten ways that critics of such circuits asked for, and gives numbers
with intervals and criteria; it gives no verdict.
"""

from backend.circuits.faithfulness.config import ReportConfig
from backend.circuits.faithfulness.document import FaithfulnessReport
from backend.circuits.faithfulness.verify import verify

__all__ = ["FaithfulnessReport", "ReportConfig", "verify"]
