"""The populations that ADaM's flags define, which a specification may name without defining."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

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


def populations(own: Mapping[str, Population]) -> Mapping[str, Population]:
    """Give every population by its name in capitals, each with the treatment that groups it.

    Parameters
    ----------
    own
        The specification's populations; one with the name of a standard population replaces it,
        and counts by the same treatment unless it says otherwise.

    Examples
    --------
    >>> known = populations({"Safety": Population(where="SAFFL == 'Y' and SITEID != '9'")})
    >>> known["SAFETY"].treatment, known["ITT"].treatment
    ('actual', 'planned')
    """
    named = {**STANDARD_POPULATIONS, **{name.upper(): one for name, one in own.items()}}
    return MappingProxyType(
        {
            name: msgspec.structs.replace(one, treatment=one.treatment or _standard(name))
            for name, one in named.items()
        }
    )


def _standard(name: str) -> Literal["planned", "actual"]:
    standard = STANDARD_POPULATIONS.get(name)
    return (standard.treatment if standard is not None else None) or "planned"
