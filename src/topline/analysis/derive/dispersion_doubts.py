"""Whether a posted spread is what it is said to be: standard deviations and standard errors get exchanged.

The difference is a factor of the root of the number analyzed, and nothing in a record enforces it. A
row is refused where something in the record speaks against its label; no label is changed.
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations

from topline.analysis.derive.interval_ways import (
    reproduced_by,
    reproduced_with_spreads_exchanged,
    ways,
)
from topline.analysis.derive.outcome_rows import outcome_rows
from topline.analysis.derive.posted_analysis import (
    Parameter,
    PostedNumbers,
    adjusted_by,
    parameter,
    posted_numbers,
    rows_named,
)
from topline.analysis.derive.posted_spreads import dispersion
from topline.analysis.derive.posted_summaries import PostedMean, Row, possible
from topline.analysis.derive.t_ranges import difference
from topline.record.results import BaselineMeasure, OutcomeMeasure
from topline.record.study import Study

MOST_DEVIATIONS = 5.0
"""Two groups further apart than this many standard deviations do not overlap at all: rather a wrong label."""
SMALLEST_SHARE = 0.25
"""Of the smallest standard deviation at baseline; a smaller one that fits a standard error is taken for one."""
LEAST_NUMBER = 16
"""Below it a standard error is not small enough beside a standard deviation to be told from one."""
_FIT = 2.0
"""How far the spread times the root of the number may be from a standard deviation at baseline, as a factor."""

_SAYS_ERROR = re.compile(r"\bstandard errors?\b|\bs\.?e\.?m\.?\b|± ?se\b|\(se\)")
_SAYS_DEVIATION = re.compile(r"\bstandard deviations?\b|± ?sd\b|\(sd\)|\bstd\.? dev")
_WORD = re.compile(r"[a-z]{4,}")
_NO_TOPIC = frozenset(
    "mean change from baseline week weeks month months over time with percent percentage total score level "
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
        return _too_far_apart(cells) or self._small_beside_baseline(measure, cells)

    def _small_beside_baseline(
        self, measure: OutcomeMeasure, cells: list[PostedMean]
    ) -> str | None:
        unit, topic = _unit(measure.unit_of_measure), _topic(measure.title)
        smallest = min(
            (
                deviation
                for other, words, deviation in self._baseline
                if other == unit and words & topic
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
            self._judged[id(measure)] = next(contradictions(measure), None)
        return self._judged[id(measure)]

    @cached_property
    def _baseline(self) -> list[tuple[str, frozenset[str], float]]:
        """Unit, words of the title and each standard deviation of the baseline measures."""
        results = self._study.results_section
        module = results.baseline_characteristics_module if results is not None else None
        return [
            (_unit(measure.unit_of_measure), _topic(measure.title), deviation)
            for measure in (module.measures if module is not None else None) or ()
            for deviation in _deviations(measure)
        ]


def contradictions(measure: OutcomeMeasure) -> Iterator[str]:
    """Yield why the analyses of a measure contradict the label of its spreads.

    Only analyses that say of no adjustment, of two groups, that name their row, are heard.

    Parameters
    ----------
    measure
        The outcome measure.
    """
    rows = list(outcome_rows(measure, "")) if measure.analyses else []
    for place, analysis in enumerate(measure.analyses or ()):
        numbers, groups = posted_numbers(analysis), analysis.group_ids or ()
        if (
            numbers is None
            or len(set(groups)) != 2
            or parameter(measure, analysis) is not Parameter.MEAN_DIFFERENCE
            or adjusted_by(analysis) is not None
        ):
            continue
        usable = [
            row for row in rows if all(isinstance(row.cells.get(g), PostedMean) for g in groups)
        ]
        named = rows_named(usable, analysis)
        if len(named) == 1 and _fits_exchanged(named[0], groups, numbers):
            yield (
                f"the dispersion is ambiguous: statistical analysis {place + 1} of the measure has an interval "
                "or standard error that fits only if standard deviation and standard error are exchanged"
            )


def _fits_exchanged(row: Row, groups: Sequence[str], numbers: PostedNumbers) -> bool:
    level = numbers.level if numbers.level is not None else 0.95
    everybody = list(row.posted())
    fits = []
    for order in (tuple(groups), tuple(reversed(groups))):
        cells = [cell for group in order if isinstance(cell := row.cells[group], PostedMean)]
        if reproduced_by(numbers, ways(Parameter.MEAN_DIFFERENCE, cells, everybody, level)):
            return False
        means = difference(cells[0].mean, cells[1].mean)
        exchanged = reproduced_with_spreads_exchanged(
            Parameter.MEAN_DIFFERENCE, cells, everybody, numbers
        )
        fits.append(means.may_equal(numbers.estimate) and bool(exchanged))
    return any(fits)


def _deviations(measure: BaselineMeasure) -> Iterator[float]:
    if dispersion(measure.dispersion_type).word != "standard deviation":
        return
    for measure_class in measure.classes or ():
        for category in measure_class.categories or ():
            for posted in category.measurements or ():
                spread = possible(posted.spread)
                if not isinstance(spread, str) and spread.middle > 0:
                    yield spread.middle


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
        spreads = [cell.standard_deviation.upper for cell in (one, two) if cell.standard_deviation]
        deviation = math.hypot(*spreads) / math.sqrt(2)
        apart = abs(one.mean.middle - two.mean.middle)
        if apart > MOST_DEVIATIONS * deviation > 0:
            return (
                f"the dispersion is ambiguous: with a standard deviation of {deviation:.3g}, {one.group} and "
                f"{two.group} are {apart / deviation:.1f} of them apart; it may be a standard error"
            )
    return None
