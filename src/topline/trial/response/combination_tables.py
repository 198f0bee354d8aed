"""The guidelines' tables that combine target, non-target and new lesions, line by line, as data.

A table covers every combination: where several lines fit, they agree, and the first is named. Lines that a guideline
does not print, because it takes them for granted, say so in their source.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from topline.trial.response.responses import Response as R


class New(StrEnum):
    """What there is of new lesions."""

    NO = "no"
    YES = "yes"
    PROGRESSED = "progressed"
    """irRECIST: new lesions that are not measurable have progressed unequivocally."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a table.

    Parameters
    ----------
    source
        Where it stands in the guideline, or on which of its sentences it rests.
    target, non_target, new
        What it is for.
    overall
        The time-point response.
    confirms
        iRECIST: which lesions must have worsened further so that progression is confirmed, where it was
        unconfirmed before.
    """

    source: str
    target: frozenset[R]
    non_target: frozenset[R]
    new: frozenset[New]
    overall: R
    confirms: tuple[str, ...] = ()

    def fits(self, target: R, non_target: R, new: New) -> bool:
        """Tell whether the line is for a combination."""
        return target in self.target and non_target in self.non_target and new in self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinationTable:
    """A table of a guideline.

    Parameters
    ----------
    title
        What it is for.
    source
        The publication.
    lines
        The lines, in its order.
    """

    title: str
    source: str
    lines: tuple[Line, ...]

    def line(self, target: R, non_target: R, new: New) -> Line:
        """Return the first line that fits.

        Examples
        --------
        >>> RECIST_TARGET.line(R.COMPLETE, R.NOT_EVALUABLE, New.NO).overall
        <Response.PARTIAL: 'PR'>
        """
        return next(one for one in self.lines if one.fits(target, non_target, new))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationLine:
    """One line of RECIST 1.1's table 3: best response where responses must be confirmed.

    Parameters
    ----------
    first, subsequent
        The overall responses at two time points, the second no less than 4 weeks later.
    best
        The best response.
    otherwise
        The best response where stable disease was not long enough; ``None`` where that does not matter.
    note
        What else the guideline says.
    """

    first: R
    subsequent: R
    best: R
    otherwise: R | None = None
    note: str = ""


def _line(
    source: str,
    target: Iterable[R],
    non_target: Iterable[R],
    new: Iterable[New],
    overall: R,
    confirms: tuple[str, ...] = (),
) -> Line:
    return Line(
        source=source,
        target=frozenset(target),
        non_target=frozenset(non_target),
        new=frozenset(new),
        overall=overall,
        confirms=confirms,
    )


_ANY = (R.COMPLETE, R.PARTIAL, R.STABLE, R.PROGRESSION, R.NOT_EVALUABLE)
_ANY_OTHER = (R.COMPLETE, R.NEITHER, R.PROGRESSION, R.NOT_EVALUABLE, R.NO_DISEASE)
_NOT_PROGRESSED = (R.COMPLETE, R.NEITHER, R.NOT_EVALUABLE, R.NO_DISEASE)
_GONE = (R.COMPLETE, R.NO_DISEASE)
_NO_TARGETS = (R.NO_DISEASE,)
_NO, _YES, _EITHER = (New.NO,), (New.YES, New.PROGRESSED), tuple(New)
_NOT_WORSE = (New.NO, New.YES)

RECIST_SOURCE = "Eisenhauer et al. 2009, doi:10.1016/j.ejca.2008.10.026"
NISHINO_SOURCE = (
    "Nishino et al. 2013, doi:10.1158/1078-0432.CCR-13-0895; 2014, doi:10.1186/2051-1426-2-17"
)
BOHNSACK_SOURCE = "Bohnsack, Hoos, Ludajic 2014, doi:10.1093/annonc/mdu342.23"
IRECIST_SOURCE = "Seymour et al. 2017, doi:10.1016/S1470-2045(17)30074-8"

RECIST_TARGET = CombinationTable(
    title="RECIST 1.1: target disease, with or without non-target disease",
    source=f"{RECIST_SOURCE}, table 1",
    lines=(
        _line("table 1, line 1", (R.COMPLETE,), _GONE, _NO, R.COMPLETE),
        _line("table 1, line 2", (R.COMPLETE,), (R.NEITHER,), _NO, R.PARTIAL),
        _line("table 1, line 3", (R.COMPLETE,), (R.NOT_EVALUABLE,), _NO, R.PARTIAL),
        _line("table 1, line 4", (R.PARTIAL,), _NOT_PROGRESSED, _NO, R.PARTIAL),
        _line("table 1, line 5", (R.STABLE,), _NOT_PROGRESSED, _NO, R.STABLE),
        _line("table 1, line 6", (R.NOT_EVALUABLE,), _NOT_PROGRESSED, _NO, R.NOT_EVALUABLE),
        _line("table 1, line 7", (R.PROGRESSION,), _ANY_OTHER, _EITHER, R.PROGRESSION),
        _line("table 1, line 8", _ANY, (R.PROGRESSION,), _EITHER, R.PROGRESSION),
        _line("table 1, line 9", _ANY, _ANY_OTHER, _YES, R.PROGRESSION),
    ),
)
RECIST_NON_TARGET = CombinationTable(
    title="RECIST 1.1: non-target disease only",
    source=f"{RECIST_SOURCE}, table 2",
    lines=(
        _line("table 2, line 1", _NO_TARGETS, (R.COMPLETE,), _NO, R.COMPLETE),
        _line("table 2, line 2", _NO_TARGETS, (R.NEITHER,), _NO, R.NEITHER),
        _line("table 2, line 3", _NO_TARGETS, (R.NOT_EVALUABLE,), _NO, R.NOT_EVALUABLE),
        _line("table 2, line 4", _NO_TARGETS, (R.PROGRESSION,), _EITHER, R.PROGRESSION),
        _line("table 2, line 5", _NO_TARGETS, _ANY_OTHER, _YES, R.PROGRESSION),
        _line("not printed: no disease", _NO_TARGETS, _NO_TARGETS, _NO, R.NO_DISEASE),
    ),
)

RECIST_CONFIRMATION = (
    ConfirmationLine(first=R.COMPLETE, subsequent=R.COMPLETE, best=R.COMPLETE),
    ConfirmationLine(
        first=R.COMPLETE,
        subsequent=R.PARTIAL,
        best=R.STABLE,
        otherwise=R.PROGRESSION,
        note="disease is back, which is progression; or the complete response was claimed too early "
        "and was a partial one: then PR",
    ),
    ConfirmationLine(first=R.COMPLETE, subsequent=R.STABLE, best=R.STABLE, otherwise=R.PROGRESSION),
    ConfirmationLine(
        first=R.COMPLETE, subsequent=R.PROGRESSION, best=R.STABLE, otherwise=R.PROGRESSION
    ),
    ConfirmationLine(
        first=R.COMPLETE, subsequent=R.NOT_EVALUABLE, best=R.STABLE, otherwise=R.NOT_EVALUABLE
    ),
    ConfirmationLine(first=R.PARTIAL, subsequent=R.COMPLETE, best=R.PARTIAL),
    ConfirmationLine(first=R.PARTIAL, subsequent=R.PARTIAL, best=R.PARTIAL),
    ConfirmationLine(first=R.PARTIAL, subsequent=R.STABLE, best=R.STABLE),
    ConfirmationLine(
        first=R.PARTIAL, subsequent=R.PROGRESSION, best=R.STABLE, otherwise=R.PROGRESSION
    ),
    ConfirmationLine(
        first=R.PARTIAL, subsequent=R.NOT_EVALUABLE, best=R.STABLE, otherwise=R.NOT_EVALUABLE
    ),
    ConfirmationLine(first=R.NOT_EVALUABLE, subsequent=R.NOT_EVALUABLE, best=R.NOT_EVALUABLE),
)
"""RECIST 1.1, table 3. Best responses follow from rules, which are tested against these lines."""

_BURDEN = "tumour burden"
NISHINO_TARGET = CombinationTable(
    title="irRECIST after Nishino: target lesions with new measurable ones (tumour burden)",
    source=NISHINO_SOURCE,
    lines=(
        _line(f"{_BURDEN} 0, all else gone", (R.COMPLETE,), _GONE, _NO, R.COMPLETE),
        _line(
            f"{_BURDEN} 0, non-target lesions remain",
            (R.COMPLETE,), (R.NEITHER, R.PROGRESSION, R.NOT_EVALUABLE), _EITHER, R.PARTIAL,
        ),
        _line(f"{_BURDEN} 0, new lesions", (R.COMPLETE,), _GONE, _YES, R.PARTIAL),
        _line(f"{_BURDEN} −30 %", (R.PARTIAL,), _ANY_OTHER, _EITHER, R.PARTIAL),
        _line(f"{_BURDEN} between", (R.STABLE,), _ANY_OTHER, _EITHER, R.STABLE),
        _line(f"{_BURDEN} +20 %", (R.PROGRESSION,), _ANY_OTHER, _EITHER, R.PROGRESSION),
        _line(
            f"{_BURDEN} not known", (R.NOT_EVALUABLE,), _ANY_OTHER, _EITHER, R.NOT_EVALUABLE
        ),
    ),
)  # fmt: skip
NISHINO_NON_TARGET = CombinationTable(
    title="irRECIST after Nishino: non-target disease only",
    source=f"{NISHINO_SOURCE}; not printed there",
    lines=(
        _line("all gone", _NO_TARGETS, (R.COMPLETE,), _NO, R.COMPLETE),
        _line("gone, but new lesions", _NO_TARGETS, (R.COMPLETE,), _YES, R.NEITHER),
        _line("not all assessed", _NO_TARGETS, (R.NOT_EVALUABLE,), _EITHER, R.NOT_EVALUABLE),
        _line(
            "non-target lesions never progress",
            _NO_TARGETS,
            (R.NEITHER, R.PROGRESSION),
            _EITHER,
            R.NEITHER,
        ),
        _line("no disease", _NO_TARGETS, _NO_TARGETS, _NO, R.NO_DISEASE),
        _line(
            "no disease at baseline, new lesions not measurable",
            _NO_TARGETS, _NO_TARGETS, _YES, R.NEITHER,
        ),
    ),
)  # fmt: skip

BOHNSACK_TARGET = CombinationTable(
    title="irRECIST after Bohnsack: target lesions with new measurable ones (TMTB)",
    source=BOHNSACK_SOURCE,
    lines=(
        _line("irCR: all gone, nothing new", (R.COMPLETE,), _GONE, _NO, R.COMPLETE),
        _line(
            "irPR: a new lesion precludes irCR", (R.COMPLETE,), _GONE, (New.YES,), R.PARTIAL
        ),
        _line(
            "irPR: non-target lesions remain",
            (R.COMPLETE,), (R.NEITHER, R.NOT_EVALUABLE), _NOT_WORSE, R.PARTIAL,
        ),
        _line("irPR: TMTB −30 %", (R.PARTIAL,), _NOT_PROGRESSED, _NOT_WORSE, R.PARTIAL),
        _line("irSD: TMTB between", (R.STABLE,), _NOT_PROGRESSED, _NOT_WORSE, R.STABLE),
        _line(
            "irNE: TMTB not known",
            (R.NOT_EVALUABLE,), _NOT_PROGRESSED, _NOT_WORSE, R.NOT_EVALUABLE,
        ),
        _line("irPD: TMTB +20 %", (R.PROGRESSION,), _ANY_OTHER, _EITHER, R.PROGRESSION),
        _line("irPD: non-target lesions", _ANY, (R.PROGRESSION,), _EITHER, R.PROGRESSION),
        _line(
            "irPD: new non-measurable lesions", _ANY, _ANY_OTHER, (New.PROGRESSED,), R.PROGRESSION
        ),
    ),
)  # fmt: skip
BOHNSACK_NON_TARGET = CombinationTable(
    title="irRECIST after Bohnsack: non-target disease only",
    source=BOHNSACK_SOURCE,
    lines=(
        _line("irCR: all gone, nothing new", _NO_TARGETS, (R.COMPLETE,), _NO, R.COMPLETE),
        _line(
            "irNN: a new lesion precludes irCR", _NO_TARGETS, (R.COMPLETE,), (New.YES,), R.NEITHER
        ),
        _line("irNN", _NO_TARGETS, (R.NEITHER,), _NOT_WORSE, R.NEITHER),
        _line(
            "irNE: not all assessed", _NO_TARGETS, (R.NOT_EVALUABLE,), _NOT_WORSE, R.NOT_EVALUABLE
        ),
        _line("irPD: non-target lesions", _NO_TARGETS, (R.PROGRESSION,), _EITHER, R.PROGRESSION),
        _line(
            "irPD: new non-measurable lesions",
            _NO_TARGETS, _ANY_OTHER, (New.PROGRESSED,), R.PROGRESSION,
        ),
        _line("irND: no disease", _NO_TARGETS, _NO_TARGETS, _NO, R.NO_DISEASE),
        _line(
            "irNN: no disease at baseline, a new lesion",
            _NO_TARGETS, _NO_TARGETS, (New.YES,), R.NEITHER,
        ),
    ),
)  # fmt: skip

TARGET, NON_TARGET, NEW = "target", "non-target", "new"
"""The categories of lesions, as iRECIST's table names them."""

IRECIST_TARGET = CombinationTable(
    title="iRECIST: target disease",
    source=f"{IRECIST_SOURCE}, table 2",
    lines=(
        _line("table 2, line 1", (R.COMPLETE,), _GONE, _NO, R.COMPLETE),
        _line(
            "table 2, line 2", (R.COMPLETE,), (R.NEITHER, R.NOT_EVALUABLE), _NO, R.PARTIAL
        ),
        _line("table 2, line 3", (R.PARTIAL,), _NOT_PROGRESSED, _NO, R.PARTIAL),
        _line("table 2, line 4", (R.STABLE,), _NOT_PROGRESSED, _NO, R.STABLE),
        _line(
            "not printed: as RECIST 1.1, table 1, line 6",
            (R.NOT_EVALUABLE,), _NOT_PROGRESSED, _NO, R.NOT_EVALUABLE,
        ),
        _line(
            "table 2, line 6",
            (R.STABLE, R.PARTIAL, R.COMPLETE, R.NOT_EVALUABLE), (R.PROGRESSION,), _NO,
            R.UNCONFIRMED, (NON_TARGET,),
        ),
        _line(
            "table 2, line 7", (R.PROGRESSION,), _NOT_PROGRESSED, _NO, R.UNCONFIRMED, (TARGET,)
        ),
        _line(
            "table 2, line 8",
            (R.PROGRESSION,), (R.PROGRESSION,), _NO, R.UNCONFIRMED, (TARGET, NON_TARGET),
        ),
        _line(
            "table 2, line 9",
            (R.PROGRESSION,), (R.PROGRESSION,), _YES, R.UNCONFIRMED, (TARGET, NON_TARGET, NEW),
        ),
        _line("table 2, lines 5 and 10", _ANY, _ANY_OTHER, _YES, R.UNCONFIRMED, (NEW,)),
    ),
)  # fmt: skip
IRECIST_NON_TARGET = CombinationTable(
    title="iRECIST: non-target disease only",
    source=f"{IRECIST_SOURCE}; not printed there, as RECIST 1.1, table 2",
    lines=(
        _line("RECIST 1.1, table 2, line 1", _NO_TARGETS, (R.COMPLETE,), _NO, R.COMPLETE),
        _line("RECIST 1.1, table 2, line 2", _NO_TARGETS, (R.NEITHER,), _NO, R.NEITHER),
        _line(
            "RECIST 1.1, table 2, line 3", _NO_TARGETS, (R.NOT_EVALUABLE,), _NO, R.NOT_EVALUABLE
        ),
        _line(
            "RECIST 1.1, table 2, line 4",
            _NO_TARGETS, (R.PROGRESSION,), _EITHER, R.UNCONFIRMED, (NON_TARGET, NEW),
        ),
        _line(
            "RECIST 1.1, table 2, line 5", _NO_TARGETS, _ANY_OTHER, _YES, R.UNCONFIRMED, (NEW,)
        ),
        _line("not printed: no disease", _NO_TARGETS, _NO_TARGETS, _NO, R.NO_DISEASE),
    ),
)  # fmt: skip
