"""Kinds of discrepancy to plant in a record, each with exactly what a verification must report.

Each kind is a function on the record's JSON. It changes what it finds and says, address by address,
what is to be reported; a record that has no such place is left alone (``NotHere``).
"""

# Importing the modules enters their kinds.
import tests.spec.planted_elsewhere
import tests.spec.planted_in_outcomes  # noqa: F401 # for its kinds, as the line above
from tests.spec.posted_record import KINDS

__all__ = ["KINDS"]
