"""What datasets say of lesions, in the words that the rules know."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from topline.trial.response.assessments import State

_SAID = {
    State.PRESENT: ("PRESENT", "STABLE", "DECREASED", "NON-CR/NON-PD", "NO CHANGE"),
    State.ABSENT: ("ABSENT", "NOT PRESENT", "DISAPPEARED", "RESOLVED"),
    State.INCREASED: ("INCREASED", "INCREASE", "FURTHER INCREASE", "WORSENED"),
    State.EQUIVOCAL: ("EQUIVOCAL", "EQUIVOCAL PROGRESSION"),
    State.UNEQUIVOCAL: (
        "UNEQUIVOCAL",
        "UNEQUIVOCAL PROGRESSION",
        "UNEQUIVOCAL INCREASE",
        "PROGRESSED",
        "PROGRESSION",
        "PD",
    ),
    State.NOT_ASSESSED: (
        "NOT ASSESSED",
        "NOT ASSESSABLE",
        "NOT EVALUABLE",
        "INEVALUABLE",
        "NE",
        "NOT DONE",
        "UNKNOWN",
    ),
}
STATES: Mapping[str, State] = MappingProxyType(
    {word: state for state, words in _SAID.items() for word in words}
)
"""The words for a lesion's state, in capitals."""

TOO_SMALL_WORDS = ("TOO SMALL", "TSTM", "BELOW MEASURABLE", "<5", "< 5")
"""What a result begins with that says the lesion is there but too small to measure."""

UNITS: Mapping[str, Decimal] = MappingProxyType({"MM": Decimal(1), "CM": Decimal(10)})
"""Units of length, in capitals, and what one is in millimetres."""

NODE = "LYMPH NODE"
"""What the location of a lymph node holds."""

COLLECTED = "DIAMETER"
"""The test with the size that was collected as the one that counts, whichever axis that is."""
LONGEST_DIAMETERS = ("LDIAM",)
"""The tests with the longest diameter, the first that is there counting."""
SHORT_AXES = ("SAXIS", "LPERP")
"""The tests with the short axis of a node."""
STATE_TESTS = ("TUMSTATE", "LESSTATE")
"""The tests with a lesion's state."""


def length(number: float, unit: Decimal) -> Decimal:
    """Return a length in millimetres, exactly as the digits of the dataset say.

    SAS stores 6.6 as the nearest binary fraction; 10 digits give back what was written.

    Examples
    --------
    >>> length(0.66, UNITS["CM"])
    Decimal('6.60')
    """
    return Decimal(f"{number:.10g}") * unit
