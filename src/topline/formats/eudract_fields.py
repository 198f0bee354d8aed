"""The fields of EudraCT's adverse-event XML: names, order, lengths and limits of each part.

The facts are those of the schema ``adverseEvents.xsd``, version 1.1, and of EMA/492808/2013 (EudraCT
Results, XML Guidance). One limit is the portal's and not the schema's: a group's title has at
least four characters.
"""

import re
from dataclasses import dataclass
from functools import cache

from topline.formats.answers import UNKNOWN

_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_INTEGER = re.compile(r"\d{1,15}", re.ASCII)
_NUMBERS = frozenset({"count", "decimal"})
_MOST = 99_999_999


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One field: a text, a number or one of some terms.

    Attributes
    ----------
    name
        Element names from its part, joined by slashes.
    """

    name: str
    kind: str = "text"
    """``text``, ``count``, ``decimal`` or ``term``."""
    least: float = 0
    most: float = 0
    """Characters of a text, or value of a number; a text of ``most`` 0 has no limit."""
    terms: tuple[str, ...] = ()
    optional: bool = True
    """Whether a document may go without it: by leaving it out, or as ``xsi:nil``."""
    nillable: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a count or a decimal number."""
        return self.kind in _NUMBERS

    @property
    def accepted(self) -> str:
        """What the field takes, in words."""
        return _accepted(self)

    def fault(self, value: str) -> str | None:
        """Say what is wrong with a value, or ``None``.

        Examples
        --------
        >>> TITLE.fault("DRUG"), TITLE.fault("A+B")
        (None, "'A+B' has 3 characters")
        """
        if self.kind == "text":
            if self.least <= len(value) and (not self.most or len(value) <= self.most):
                return None
            shown = repr(value) if len(value) <= 40 else repr(value[:40]) + "..."
            return f"{shown} has {len(value)} characters"
        if self.kind == "term":
            return None if value in self.terms else f"{value[:40]!r} is none of the terms"
        pattern = _INTEGER if self.kind == "count" else _DECIMAL
        if not pattern.fullmatch(value):
            return f"{value[:40]!r} is no {'whole ' if self.kind == 'count' else ''}number"
        within = self.least <= float(value) <= self.most
        return None if within else f"{value} is not from {self.least:g} to {self.most:g}"

    def answered(self, value: str) -> str | None:
        """Read an answer; ``None`` is the answer that the value is not known."""
        if self.optional and value.casefold() == UNKNOWN:
            return None
        if self.kind == "term":
            for term in self.terms:
                if value.casefold() in (term.casefold(), term.rpartition(".")[2].casefold()):
                    return term
        return value


@cache
def _accepted(field: Field) -> str:
    unknown = f", or {UNKNOWN}" if field.optional else ""
    if field.kind == "count":
        return f"a whole number from {field.least:,.0f} to {field.most:,.0f}{unknown}"
    if field.kind == "decimal":
        return f"a number from {field.least:g} to {field.most:g}{unknown}"
    if field.kind == "term":
        return " or ".join(term.rpartition(".")[2] for term in field.terms) + unknown
    most = f"of {field.least:.0f} to {field.most:.0f} characters" if field.most else ""
    return f"a text {most}".strip() + unknown


SYSTEMATIC = "ADV_EVT_ASSESS_TYPE.systematic"
NON_SYSTEMATIC = "ADV_EVT_ASSESS_TYPE.non_systematic"
MEDDRA = "ADV_EVT_DICTIONARY_NAME.meddra"
SNOMED = "ADV_EVT_DICTIONARY_NAME.snomed"
OTHER = "ADV_EVT_DICTIONARY_NAME.other"

ASSESSMENT = Field(name="assessmentMethod/value", kind="term", terms=(SYSTEMATIC, NON_SYSTEMATIC))
DICTIONARY = (
    Field(name="dictionary/otherName", most=20, least=1, nillable=True),
    Field(name="dictionary/version", most=10, least=1, nillable=True),
    Field(name="dictionary/name/value", kind="term", terms=(MEDDRA, SNOMED, OTHER), nillable=True),
)
THRESHOLD = Field(name="nonSeriousEventFrequencyThreshold", kind="decimal", most=5)
TIME_FRAME = Field(name="timeFrame", least=1, most=255)
MODULE = (
    Field(name="description", most=350),
    THRESHOLD,
    TIME_FRAME,
    ASSESSMENT,
    *DICTIONARY,
)

#: The schema asks for two characters, the portal for four (NEWS of the R package eudract, 0.9.3).
TITLE = Field(name="title", least=4, most=62, optional=False)
EXPOSED_GROUP = Field(name="subjectsExposed", kind="count", least=1, most=_MOST, nillable=True)
DEATHS = Field(name="deathsAllCauses", kind="count", most=_MOST, nillable=True)
DEATHS_BY_EVENTS = Field(
    name="deathsResultingFromAdverseEvents", kind="count", most=_MOST, nillable=True
)
GROUP = (
    TITLE,
    Field(name="description", most=999, nillable=True),
    Field(
        name="subjectsAffectedByNonSeriousAdverseEvents", kind="count", most=_MOST, nillable=True
    ),
    Field(name="subjectsAffectedBySeriousAdverseEvents", kind="count", most=_MOST, nillable=True),
    EXPOSED_GROUP,
    DEATHS,
    DEATHS_BY_EVENTS,
)

TERM = Field(name="term", least=2, most=100, optional=False)
SYSTEM_ID = Field(
    name="organSystem/eutctId", kind="count", least=100_000_000_000, most=999_999_999_999
)
SYSTEM_VERSION = Field(name="organSystem/version", kind="count", least=0, most=32_767)
OVERRIDDEN = Field(
    name="dictionaryOverridden", kind="term", terms=("false", "true"), optional=False
)
EVENT = (
    Field(name="description", most=250),
    TERM,
    SYSTEM_ID,
    SYSTEM_VERSION,
    ASSESSMENT,
    OVERRIDDEN,
    *DICTIONARY,
)

OCCURRENCES = Field(name="occurrences", kind="count", most=_MOST)
AFFECTED = Field(name="subjectsAffected", kind="count", most=_MOST)
EXPOSED = Field(name="subjectsExposed", kind="count", least=1, most=_MOST)
RELATED = Field(name="occurrencesCausallyRelatedToTreatment", kind="count", most=_MOST)
FATAL = Field(name="fatalities/deaths", kind="count", most=_MOST)
FATAL_RELATED = Field(name="fatalities/deathsCausallyRelatedToTreatment", kind="count", most=_MOST)
OTHER_VALUE = (OCCURRENCES, AFFECTED, EXPOSED)
SERIOUS_VALUE = (*OTHER_VALUE, RELATED, FATAL, FATAL_RELATED)
