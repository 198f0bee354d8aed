"""The populations that ADaM's flags define, which a specification may name without defining."""

from collections.abc import Mapping
from types import MappingProxyType

from topline.trial.specification import Population

STANDARD_POPULATIONS: Mapping[str, Population] = MappingProxyType(
    {
        "RANDOMIZED": Population(where="RANDFL == 'Y'", description="All randomized participants"),
        "ITT": Population(where="ITTFL == 'Y'", description="Intention-to-treat population"),
        "SAFETY": Population(
            where="SAFFL == 'Y'", treatment="actual", description="Safety population"
        ),
        "EFFICACY": Population(where="EFFFL == 'Y'", description="Efficacy population"),
        "PER PROTOCOL": Population(where="PPROTFL == 'Y'", description="Per-protocol population"),
        "ENROLLED": Population(where="ENRLFL == 'Y'", description="All enrolled participants"),
        "ALL": Population(where="USUBJID is not missing", description="All participants of ADSL"),
    }
)
"""Population name -> definition, with the flag variables of the ADaM implementation guide."""

DEFAULT_POPULATIONS = ("RANDOMIZED", "ITT", "ENROLLED")
"""Who is in the flow where the specification does not say: the first whose flag ADSL has."""
