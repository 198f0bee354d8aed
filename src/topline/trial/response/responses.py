"""The words of response: what a lesion category, a time point or a participant can be called."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum


class Response(StrEnum):
    """A response, in the words of RECIST 1.1; each of the criteria has its own words for them.

    Examples
    --------
    >>> Response("PR").name
    'PARTIAL'
    """

    COMPLETE = "CR"
    PARTIAL = "PR"
    STABLE = "SD"
    NEITHER = "NON-CR/NON-PD"
    """Non-target disease that is neither gone nor has progressed."""
    PROGRESSION = "PD"
    """Under iRECIST: confirmed progression."""
    UNCONFIRMED = "UPD"
    """Progression that awaits its confirmation; of iRECIST alone."""
    NOT_EVALUABLE = "NE"
    NO_DISEASE = "ND"
    """Nothing of the kind was there at baseline."""
    MISSING = "MISSING"
    """No assessment at all after baseline."""


RESPONDING = frozenset({Response.COMPLETE, Response.PARTIAL})
CONTROLLED = RESPONDING | {Response.STABLE, Response.NEITHER}
"""Response or lasting absence of progression: what disease control counts."""

ORDER = (
    Response.COMPLETE,
    Response.PARTIAL,
    Response.STABLE,
    Response.NEITHER,
    Response.PROGRESSION,
    Response.UNCONFIRMED,
    Response.NOT_EVALUABLE,
    Response.NO_DISEASE,
    Response.MISSING,
)
"""From the best response to none, as best responses are chosen."""


@dataclass(frozen=True, slots=True)
class Call:
    """A response with the reason for it.

    Parameters
    ----------
    response
        The response.
    reason
        What decided it, in words, with the numbers.
    """

    response: Response
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCall:
    """The response of the target lesions, with the sums behind it.

    Parameters
    ----------
    response
        The response.
    reason
        What decided it.
    total
        The sum of diameters of what was measured [mm]; ``None`` where nothing was.
    complete
        Whether every target lesion was measured, so that the sum may serve as nadir.
    baseline
        The sum at baseline [mm]; ``None`` where there is none to compare with.
    nadir, nadir_date
        The smallest complete sum before this time point, baseline included [mm], and its date.
    """

    response: Response
    reason: str
    total: Decimal | None = None
    complete: bool = False
    baseline: Decimal | None = None
    nadir: Decimal | None = None
    nadir_date: date | None = None

    @property
    def change(self) -> Decimal | None:
        """The change from baseline [mm] of a complete sum."""
        return self._change_from(self.baseline)

    @property
    def percent_change(self) -> Decimal | None:
        """The change from baseline [%] of a complete sum; ``None`` from a baseline of zero."""
        return percentage(self.change, self.baseline)

    @property
    def nadir_change(self) -> Decimal | None:
        """The change from nadir [mm] of a complete sum."""
        return self._change_from(self.nadir)

    @property
    def percent_nadir_change(self) -> Decimal | None:
        """The change from nadir [%] of a complete sum; ``None`` from a nadir of zero."""
        return percentage(self.nadir_change, self.nadir)

    def _change_from(self, reference: Decimal | None) -> Decimal | None:
        if not self.complete or self.total is None or reference is None:
            return None
        return self.total - reference


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesionCall:
    """Whether there are new lesions.

    Parameters
    ----------
    present
        Whether an unequivocal one is there.
    reason
        Which, and what is equivocal.
    total
        The sum of diameters of the measurable new lesions [mm]; ``None`` where none is measured.
    """

    present: bool
    reason: str
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePoint:
    """The response at one assessment.

    Parameters
    ----------
    date
        The date of the assessment.
    visit
        The visit's name.
    target, non_target, new_lesions
        The response of each kind of lesion; ``None`` where the overall response was read, not
        derived.
    overall
        The response at this time point.
    """

    date: date
    visit: str
    overall: Call
    target: TargetCall | None = None
    non_target: Call | None = None
    new_lesions: NewLesionCall | None = None


def percentage(change: Decimal | None, reference: Decimal | None) -> Decimal | None:
    """Return a change as percent of what it is compared with.

    Examples
    --------
    >>> percentage(Decimal(15), Decimal(40))
    Decimal('37.5')
    >>> percentage(Decimal(15), Decimal(0)) is None
    True
    """
    if change is None or reference is None or reference == 0:
        return None
    return 100 * change / reference


def millimetres(length: Decimal) -> str:
    """Write a length as people do, every digit that it has.

    Examples
    --------
    >>> millimetres(Decimal("17.60")), millimetres(Decimal("40"))
    ('17.6 mm', '40 mm')
    """
    return f"{plain(length)} mm"


def percent(share: Decimal) -> str:
    """Write a percentage with at most one decimal, cut rather than rounded.

    A change of 29.96 % is no 30 %, and the text must not look as if it were.

    Examples
    --------
    >>> percent(Decimal("29.96")), percent(Decimal("-30.0"))
    ('29.9 %', '-30 %')
    """
    return f"{plain(share.quantize(Decimal('0.1'), rounding=ROUND_DOWN))} %"


def plain(number: Decimal) -> str:
    """Write a decimal without exponent or trailing zeros.

    Examples
    --------
    >>> plain(Decimal("1E+1")), plain(Decimal("0.0"))
    ('10', '0')
    """
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
