"""Every set of response criteria, by name. A further one is a module with a ``Criteria``, listed here."""

from collections.abc import Mapping
from types import MappingProxyType

from topline.errors import UsageError
from topline.trial.response import irecist, irrecist, recist
from topline.trial.response.criteria import Criteria
from topline.trial.spelling import nearest

CRITERIA: Mapping[str, Criteria] = MappingProxyType(
    {
        one.name: one
        for one in (recist.CRITERIA, irrecist.NISHINO, irrecist.BOHNSACK, irecist.CRITERIA)
    }
)
"""The criteria by name."""

OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {"recist": "recist1.1", "irrecist": "irrecist-nishino"}
)
"""Names that say less, and what they are taken for."""


def criteria_named(name: str) -> Criteria:
    """Return the criteria of a name, in any case.

    Raises
    ------
    UsageError
        There are none of that name.

    Examples
    --------
    >>> criteria_named("iRECIST").title
    'iRECIST'
    >>> criteria_named("recist1.2")
    Traceback (most recent call last):
    topline.errors.UsageError: there are no response criteria 'recist1.2'
      accepted: recist1.1, irrecist-nishino, irrecist-bohnsack, irecist
      to do: did you mean recist1.1?
    """
    asked = name.strip().lower()
    asked = OTHER_NAMES.get(asked, asked)
    if asked not in CRITERIA:
        near = nearest(asked, CRITERIA)
        raise UsageError(
            f"there are no response criteria {name!r}",
            accepted=", ".join(CRITERIA),
            advice=f"did you mean {near}?" if near else None,
        )
    return CRITERIA[asked]
