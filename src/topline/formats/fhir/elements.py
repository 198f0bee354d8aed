"""The small parts of FHIR resources: texts, concepts, quantities, ranges, references.

Codes are those of HL7's code systems ``statistic-type``, ``attribute-estimate-type`` and
``variable-role`` (R5); what they have no code for is text alone, which their bindings allow.
"""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from topline.record.values import Bound, NotANumber, Number, Value, read_value

Element: TypeAlias = dict[str, Any]

_CODES = "http://terminology.hl7.org/CodeSystem"
_MOST_DIGITS = 18
"""A FHIR decimal has no more."""
LARGEST_COUNT = 2**31 - 1
"""A FHIR unsignedInt is no larger."""

STATISTIC_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "count of participants": ("C25463", "Count"),
        "count of units": ("C25463", "Count"),
        "mean": ("C53319", "Mean"),
        "median": ("C28007", "Median"),
        "hazard ratio (hr)": ("C93150", "Hazard Ratio"),
        "hazard ratio": ("C93150", "Hazard Ratio"),
        "odds ratio (or)": ("C16932", "Odds Ratio"),
        "odds ratio": ("C16932", "Odds Ratio"),
        "risk ratio (rr)": ("C93152", "Relative Risk"),
        "risk ratio": ("C93152", "Relative Risk"),
        "risk difference (rd)": ("0000424", "Risk Difference"),
        "risk difference": ("0000424", "Risk Difference"),
        "mean difference (final values)": ("0000457", "Mean Difference"),
        "mean difference (net)": ("0000457", "Mean Difference"),
        "mean difference": ("0000457", "Mean Difference"),
    }
)
"""What the registry calls a value or an estimate, in small letters -> code and display."""

ATTRIBUTE_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "standard deviation": ("C53322", "Standard deviation"),
        "standard error of the mean": ("0000037", "Standard error of the mean"),
        "inter-quartile range": ("C53245", "Interquartile range"),
        "full range": ("C38013", "Range"),
        "confidence interval": ("C53324", "Confidence interval"),
        "p-value": ("C44185", "P-value"),
    }
)
"""The kinds of spread, interval and test, in small letters -> code and display."""


def element(**fields: Any) -> Element:
    """Return an element without what is empty, which FHIR does not allow.

    Examples
    --------
    >>> element(title=" ", note=[], value=0)
    {'value': 0}
    """
    return {
        name: value
        for name, value in fields.items()
        if value is not None and value not in ([], {}) and not _is_blank(value)
    }


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def notes(*texts: str | None) -> list[Element]:
    """Return annotations, one a text that there is."""
    return [{"text": text} for text in texts if text is not None and text.strip()]


def concept(text: str | None, codes: Mapping[str, tuple[str, str]], system: str) -> Element | None:
    """Return a text as a concept, with its code where there is one.

    Examples
    --------
    >>> concept("Odds Ratio (OR)", STATISTIC_TYPES, "statistic-type")["coding"][0]["code"]
    'C16932'
    >>> concept("Slope", STATISTIC_TYPES, "statistic-type")
    {'text': 'Slope'}
    """
    if text is None or _is_blank(text):
        return None
    found = codes.get(" ".join(text.casefold().replace("_", " ").split()))
    if found is None:
        return {"text": text}
    return {"coding": [coding(system, *found)], "text": text}


def coding(system: str, code: str, display: str) -> Element:
    """Return a code of one of HL7's code systems."""
    return {"system": f"{_CODES}/{system}", "code": code, "display": display}


def full_url(place: str, resource_type: str, resource_id: str) -> str:
    """Return the address of a resource in its bundle: the same for the same content.

    Parameters
    ----------
    place
        What tells the bundle's study from others.
    resource_type, resource_id
        Of the resource.

    Examples
    --------
    >>> full_url("NCT00000000", "Group", "r1-FG000")
    'urn:uuid:8eb220a7-96f1-53f7-8eea-c5b051eee588'
    """
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{place}/{resource_type}/{resource_id}')}"


def fits(amount: Decimal) -> bool:
    """Whether a number has no more digits than a FHIR decimal."""
    return len(amount.as_tuple().digits) <= _MOST_DIGITS and abs(amount.adjusted()) < 300


def quantity(
    text: str | None, comment: str | None, unit: str | None
) -> tuple[Element | None, list[str]]:
    """Return a posted number as a quantity, and what the quantity does not say.

    Parameters
    ----------
    text
        As posted; ``None`` where nothing is.
    comment
        What was posted beside it.
    unit
        Its unit.

    Returns
    -------
    tuple
        The quantity, ``None`` where no number is posted; and notes.

    Examples
    --------
    >>> quantity("<0.001", None, None)
    ({'value': Decimal('0.001'), 'comparator': '<'}, [])
    >>> quantity("NA", "Not reached", "months")
    (None, ['posted as "NA" (not available): Not reached'])
    """
    if text is None:
        return None, _said(comment)
    value = read_value(text, comment)
    match value:
        case Number() if fits(value.amount):
            unit = "%" if value.percent else unit
            return element(value=value.amount, unit=unit), _said(comment)
        case Bound() if fits(value.number.amount):
            unit = "%" if value.number.percent else unit
            made = element(value=value.number.amount, comparator=value.operator, unit=unit)
            return made, _said(comment)
    return None, [_not_a_quantity(text, value, comment)]


def limit(
    name: str, text: str | None, comment: str | None, unit: str | None
) -> tuple[Element | None, list[str]]:
    """Return a limit as a quantity of a range, which may have no sign such as <; else a note.

    Parameters
    ----------
    name
        Of the limit, for the note.
    text, comment, unit
        As :func:`quantity`.
    """
    if text is None:
        return None, []
    found, said = quantity(text, comment, unit)
    if found is None:
        return None, [f"{name}: {one}" for one in said]
    if "comparator" in found:
        return None, [f'{name}: posted as "{text}"', *said]
    return found, said


def _said(comment: str | None) -> list[str]:
    return [] if comment is None or _is_blank(comment) else [comment]


def _not_a_quantity(text: str, value: Value, comment: str | None) -> str:
    means = f" ({value.meaning})" if isinstance(value, NotANumber) else ""
    return f'posted as "{text}"{means}' + (f": {comment}" if comment else "")


def count(text: str | int | None) -> int | None:
    """Return a posted count; ``None`` where it is none that FHIR can hold."""
    if text is None:
        return None
    value = read_value(str(text))
    if not isinstance(value, Number) or value.percent:
        return None
    whole = 0 <= value.amount <= LARGEST_COUNT and value.amount == value.amount.to_integral_value()
    return int(value.amount) if whole else None
