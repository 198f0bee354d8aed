"""The registry's reasons not completed, and how collected reasons map to them."""

from collections.abc import Mapping
from types import MappingProxyType

REGISTRY_REASONS = (
    "Adverse Event",
    "Death",
    "Lack of Efficacy",
    "Lost to Follow-up",
    "Physician Decision",
    "Pregnancy",
    "Protocol Violation",
    "Withdrawal by Subject",
)
"""The registry's list; anything else is posted under its own name as another reason."""

COLLECTED_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "ADVERSE EVENT": "Adverse Event",
        "DEATH": "Death",
        "LACK OF EFFICACY": "Lack of Efficacy",
        "LOST TO FOLLOW-UP": "Lost to Follow-up",
        "LOST TO FOLLOW UP": "Lost to Follow-up",
        "PHYSICIAN DECISION": "Physician Decision",
        "PREGNANCY": "Pregnancy",
        "PROTOCOL VIOLATION": "Protocol Violation",
        "PROTOCOL DEVIATION": "Protocol Violation",
        "WITHDRAWAL BY SUBJECT": "Withdrawal by Subject",
        "WITHDRAWAL OF CONSENT": "Withdrawal by Subject",
    }
)
"""A collected reason in capitals (CDISC's completion terms and usual variants) -> the registry's."""


def registry_reason(collected: str) -> str:
    """Map a collected reason to the registry's list, else keep it under its own name.

    A reason in capitals that is not listed is written in sentence case.

    Examples
    --------
    >>> registry_reason("LOST TO FOLLOW-UP"), registry_reason("STUDY TERMINATED BY SPONSOR")
    ('Lost to Follow-up', 'Study terminated by sponsor')
    """
    text = " ".join(collected.split())
    listed = COLLECTED_REASONS.get(text.upper())
    if listed is not None:
        return listed
    return text.capitalize() if text.isupper() else text
