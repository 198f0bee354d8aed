"""Whether a posted spread is what it is said to be: standard deviations and standard errors get exchanged.

The difference is a factor of the root of the number analyzed, and nothing in a record enforces it. A
row is refused where something in the record speaks against its label; no label is changed.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from topline.analysis.derive.interval_ways import (
    ABOUT_AS_WIDE,
    reproduced_by,
    reproduced_with_spreads_exchanged,
    ways,
    widths_exchanged,
)
from topline.analysis.derive.posted_analysis import (
    Parameter,
    PostedNumbers,
    adjusted_by,
    parameter,
    posted_numbers,
    rows_named,
)
from topline.analysis.derive.t_ranges import difference
from topline.posted.dispersions import dispersion
from topline.posted.outcome_rows import outcome_rows
from topline.posted.summaries import Posted, PostedMean, Row, possible
from topline.record.results import BaselineMeasure, MeasureAnalysis, OutcomeMeasure
from topline.record.study import Study

MOST_DEVIATIONS = 5.0
"""Two groups further apart than this many standard deviations do not overlap at all: rather a wrong label."""
ORDINARY_DEVIATIONS = 3.0
"""So far apart groups are at most in what trials measure, if a wrong label is to explain it."""
SMALLEST_SHARE = 0.25
"""Of the smallest standard deviation at baseline; a smaller one that fits a standard error is taken for one."""
LEAST_NUMBER = 16
"""Below it a standard error is not small enough beside a standard deviation to be told from one."""
_FIT = 2.0
"""How far the spread times the root of the number may be from a standard deviation at baseline, as a factor."""

_SAYS_ERROR = re.compile(r"\bstandard errors?\b|\bs\.?e\.?m\.?\b|± ?se\b|\(se\)")
_SAYS_DEVIATION = re.compile(r"\bstandard deviations?\b|± ?sd\b|\(sd\)|\bstd\.? dev")
_WORD = re.compile(r"[a-z]{3,}")
_ANY_SCALE = re.compile(r"scale|score|point|^units?$|^ratio$")
"""Units that two measures may share though they are measured differently."""
_NO_TOPIC = frozenset(
    "the and for mean change from baseline week weeks month months day days over time with percent total score level "
    "percentage left right "
    "levels value values each visit treatment participants assessed measured".split()
)


class DispersionDoubts:
    """Finds what in a record speaks against the label of a spread.

    Parameters
    ----------
    study
        The record.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._judged: dict[int, str | None] = {}

    def of(self, measure: OutcomeMeasure, row: Row) -> str | None:
        """Return the reason to doubt a row's spread; ``None`` where nothing speaks against it.

        Parameters
        ----------
        measure
            The outcome measure.
        row
            One of its rows.
        """
        cells = [
            cell
            for cell in row.posted()
            if isinstance(cell, PostedMean)
            and cell.kind == "arithmetic"
            and cell.standard_deviation is not None
        ]
        label = dispersion(measure.dispersion_type).word
        if not cells or label not in ("standard deviation", "standard error"):
            return None
        said = _says_otherwise(measure, label)
        if said is not None:
            return said
        contradicted = self._contradicted(measure)
        if contradicted is not None:
            return contradicted
        if label == "standard error":
            return None
        return _too_far_apart(cells) or self._small_beside_baseline(measure, row, cells)

    def _small_beside_baseline(
        self, measure: OutcomeMeasure, row: Row, cells: list[PostedMean]
    ) -> str | None:
        unit = _unit(measure.unit_of_measure)
        if _ANY_SCALE.search(unit):
            return None
        topic, named = _topic(measure.title), _topic(" ".join(row.titles))
        smallest = min(
            (
                one.deviation
                for one in self._baseline
                if one.unit == unit
                and one.topic & topic
                and (not one.row or not named or one.row & named)
            ),
            default=None,
        )
        if not smallest:
            return None
        for cell in cells:
            spread = cell.standard_deviation.middle if cell.standard_deviation else 0.0
            as_deviation = spread * math.sqrt(cell.number)
            if (
                cell.number >= LEAST_NUMBER
                and 0 < spread < SMALLEST_SHARE * smallest
                and smallest / _FIT <= as_deviation <= smallest * _FIT
            ):
                return (
                    f"the dispersion is ambiguous: {spread:g} is labelled a standard deviation, and at "
                    f"baseline that was {smallest:g}; a standard error of {cell.number} participants "
                    "would be so small"
                )
        return None

    def _contradicted(self, measure: OutcomeMeasure) -> str | None:
        """Return the analysis whose interval fits only if the labels are exchanged."""
        if id(measure) not in self._judged:
            self._judged[id(measure)] = contradiction(measure)
        return self._judged[id(measure)]

    @cached_property
    def _baseline(self) -> list["_AtBaseline"]:
        results = self._study.results_section
        module = results.baseline_characteristics_module if results is not None else None
        measures = (module.measures if module is not None else None) or ()
        return [one for measure in measures for one in _deviations(measure)]


def contradiction(measure: OutcomeMeasure) -> str | None:
    """Return which analyses of a measure contradict the label of its spreads; ``None`` where none do.

    Heard are analyses of two groups that name their row, with an interval or a standard error. All that
    are heard must agree: an adjusted interval may be wider than that of the row alone, such as one with a
    variance pooled over visits. An adjusted analysis has to be off by more.

    Parameters
    ----------
    measure
        The outcome measure.
    """
    rows = list(outcome_rows(measure, "")) if measure.analyses else []
    heard = {
        place + 1: found
        for place, analysis in enumerate(measure.analyses or ())
        if (found := _fits_exchanged(measure, analysis, rows)) is not None
    }
    if not heard or not all(heard.values()):
        return None
    named = ", ".join(map(str, heard))
    return (
        f"the dispersion is ambiguous: the interval or standard error of statistical analysis {named} of the "
        "measure fits only if standard deviation and standard error are exchanged"
    )


def _fits_exchanged(
    measure: OutcomeMeasure, analysis: MeasureAnalysis, rows: Sequence[Row]
) -> bool | None:
    """Say whether an analysis fits the labels exchanged only; ``None`` where it cannot tell."""
    numbers, groups = posted_numbers(analysis), analysis.group_ids or ()
    if (
        numbers is None
        or len(set(groups)) != 2
        or parameter(measure, analysis) is not Parameter.MEAN_DIFFERENCE
        or (numbers.standard_error is None and (numbers.lower is None or numbers.upper is None))
    ):
        return None
    usable = [row for row in rows if all(isinstance(row.cells.get(g), PostedMean) for g in groups)]
    named = rows_named(usable, analysis)
    if len(named) != 1:
        return None
    cells = [cell for group in groups if isinstance(cell := named[0].cells[group], PostedMean)]
    if adjusted_by(analysis) is not None:
        return widths_exchanged(cells, numbers, ABOUT_AS_WIDE)
    return any(
        _fits_exchanged_in_order(order, list(named[0].posted()), numbers)
        for order in (cells, cells[::-1])
    )


def _fits_exchanged_in_order(
    cells: Sequence[PostedMean], everybody: Sequence[Posted], numbers: PostedNumbers
) -> bool:
    level = numbers.level if numbers.level is not None else 0.95
    if not difference(cells[0].mean, cells[1].mean).may_equal(numbers.estimate):
        return False
    if reproduced_by(numbers, ways(Parameter.MEAN_DIFFERENCE, cells, everybody, level)):
        return False
    found = reproduced_with_spreads_exchanged(Parameter.MEAN_DIFFERENCE, cells, everybody, numbers)
    return bool(found)


@dataclass(frozen=True, slots=True)
class _AtBaseline:
    """A standard deviation of a baseline measure, and what it is of."""

    unit: str
    topic: frozenset[str]
    row: frozenset[str]
    deviation: float


def _deviations(measure: BaselineMeasure) -> Iterator[_AtBaseline]:
    if dispersion(measure.dispersion_type).word != "standard deviation":
        return
    unit, topic = _unit(measure.unit_of_measure), _topic(measure.title)
    for measure_class in measure.classes or ():
        for category in measure_class.categories or ():
            row = _topic(f"{measure_class.title or ''} {category.title or ''}")
            for posted in category.measurements or ():
                spread = possible(posted.spread)
                if not isinstance(spread, str) and spread.middle > 0:
                    yield _AtBaseline(unit, topic, row, spread.middle)


def _unit(text: str | None) -> str:
    return re.sub(r"[^a-z0-9%^/*]", "", (text or "").casefold())


def _topic(text: str | None) -> frozenset[str]:
    return frozenset(_WORD.findall((text or "").casefold())) - _NO_TOPIC


def _says_otherwise(measure: OutcomeMeasure, label: str) -> str | None:
    texts = [measure.title, measure.description, measure.unit_of_measure]
    said = " ".join(text for text in texts if text).casefold()
    error, deviation = _SAYS_ERROR.search(said), _SAYS_DEVIATION.search(said)
    other = error if label == "standard deviation" else deviation
    if other is None or (error is not None and deviation is not None):
        return None
    return f'the dispersion is ambiguous: it is labelled {label}, and the text says "{other[0].strip()}"'


def _too_far_apart(cells: list[PostedMean]) -> str | None:
    for one, two in combinations(cells, 2):
        spreads = [cell.standard_deviation for cell in (one, two)]
        number = min(one.number, two.number)
        deviation = math.hypot(*(spread.upper for spread in spreads if spread)) / math.sqrt(2)
        if number < LEAST_NUMBER or min(spread.middle for spread in spreads if spread) <= 0:
            continue
        apart = abs(one.mean.middle - two.mean.middle) / deviation
        # Where the label exchanged would leave them far apart too, it explains nothing.
        if apart > MOST_DEVIATIONS and apart / math.sqrt(number) < ORDINARY_DEVIATIONS:
            return (
                f"the dispersion is ambiguous: with a standard deviation of {deviation:.3g}, {one.group} and "
                f"{two.group} are {apart:.1f} of them apart; it may be a standard error"
            )
    return None
