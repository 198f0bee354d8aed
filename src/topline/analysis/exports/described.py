"""Statistics with what a reader needs to place them: the cell they stand in and their standard names.

Names of statistics are those of the pharmaverse package cards and, for tests and models, of broom,
which cardx follows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from topline.analysis.statistics import Statistic, Statistics
from topline.errors import DataError
from topline.record.addresses import value_at
from topline.record.cells import Cell, CellKind, Module, cells
from topline.record.results import BaselineMeasure, MeasureAnalysis, OutcomeMeasure
from topline.record.study import Study
from topline.trial.conditions import (
    And,
    Expression,
    Membership,
    Missing,
    parse_condition,
    variables,
)


@dataclass(frozen=True, slots=True)
class StatisticName:
    """What a statistic is called.

    Attributes
    ----------
    name, label
        As in cards: ``sd`` and ``SD``.
    words
        In full words.
    """

    name: str
    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedStatistic:
    """A statistic with its place in the record.

    Attributes
    ----------
    row
        The statistic.
    cell
        The number it was posted as.
    called
        Its standard name.
    context
        What kind of analysis it is from, in the words of cards.
    measure
        The measure, period or table it belongs to.
    section
        The class or, of an adverse event, the organ system within it; empty if there is none.
    level
        The row within that: category, milestone, reason, term; empty if there is none.
    variable
        The dataset variable analysed, as its condition says; ``USUBJID`` for counts of
        participants.
    section_variable
        The dataset variable behind ``section``; empty if the condition does not say.
    section_value, level_value
        Organ system and term as the data spell them; empty where a row has several spellings, or
        for other rows.
    part
        The address of the row or table in the record.
    """

    row: Statistic
    cell: Cell
    called: StatisticName
    context: str
    measure: str
    section: str
    level: str
    variable: str
    section_variable: str
    section_value: str
    level_value: str
    part: str

    @property
    def is_event(self) -> bool:
        """Whether it counts a term of the adverse events."""
        return bool(self.section) and self.cell.module is Module.ADVERSE_EVENTS


def described(study: Study, statistics: Statistics) -> tuple[DescribedStatistic, ...]:
    """Join the statistics of a build with the record it yielded.

    Raises
    ------
    DataError
        If the record does not post what the build computed: it was changed since, or they are of
        two builds.
    """
    posted = {cell.address: cell for cell in cells(study)}
    for row in statistics:
        cell = posted.get(row.address)
        if cell is None or cell.text != row.posted:
            found = "nothing" if cell is None else cell.text
            raise DataError(
                f"the record posts {found} here, but the build computed {row.posted}",
                where=row.address,
                accepted="a record and the analysis results dataset of the same build",
                advice="build again",
            )
    return tuple(_described(study, statistics, posted))


def _described(
    study: Study, statistics: Statistics, posted: Mapping[str, Cell]
) -> Iterator[DescribedStatistic]:
    of_events = _event_clauses(statistics, posted)
    titles = _measure_titles(study)
    for row in statistics:
        cell = posted[row.address]
        part = _part(row.address, cell)
        measure, section, level = _place(study, cell, part, titles)
        clauses = of_events.get(cell.context, _NO_CLAUSES)
        yield DescribedStatistic(
            row=row,
            cell=cell,
            called=_called(study, cell),
            context=_context(cell),
            measure=measure,
            section=section,
            level=level,
            variable=clauses[1].variable or _variable(row, cell),
            section_variable=clauses[0].variable,
            section_value=clauses[0].value,
            level_value=clauses[1].value,
            part=part,
        )


def _part(address: str, cell: Cell) -> str:
    """Give the address of the row that a number stands in, or of its table of adverse events."""
    if cell.module is Module.ADVERSE_EVENTS:
        tokens = address.split("/")
        return "/".join(tokens[:4] if tokens[3] != "eventGroups" else tokens[:3])
    for name in ("measurements", "counts", "achievements", "reasons"):
        if f"/{name}/" in address:
            return address.rpartition(f"/{name}/")[0]
    return address.rpartition("/")[0]


def _measure_titles(study: Study) -> Mapping[str, str]:
    """Give each outcome measure a title of its own: with the time frame where two share one."""
    section = study.results_section
    module = section.outcome_measures_module if section is not None else None
    outcomes = (module.outcome_measures if module is not None else None) or ()
    titles = [outcome.title or "" for outcome in outcomes]
    return {
        f"/resultsSection/outcomeMeasuresModule/outcomeMeasures/{place}": title
        if titles.count(title) == 1
        else f"{title} [{outcome.time_frame}]"
        for place, (title, outcome) in enumerate(zip(titles, outcomes, strict=True))
    }


def _place(study: Study, cell: Cell, part: str, titles: Mapping[str, str]) -> tuple[str, str, str]:
    """Say which measure or table, class or organ system, and row a number stands in."""
    context = cell.context
    if cell.module is Module.ADVERSE_EVENTS:
        table = context[0] if context else "Other Adverse Events"
        return (table, context[1], context[2]) if len(context) == 3 else (table, "", "")
    if not context:
        return "Baseline participants", "", ""
    measure = titles.get("/".join(part.split("/")[:5]), context[0])
    if "/classes/" not in part:
        level = context[1] if len(context) > 1 else ""
        return measure, "", level or _other_unit(cell)
    tokens = part.split("/")
    place = tokens.index("classes") + 2
    section = _title(study, "/".join(tokens[:place]))
    return measure, section, _title(study, part) if "/categories/" in part else _other_unit(cell)


def _title(study: Study, address: str) -> str:
    return getattr(value_at(study, address), "title", None) or ""


def _other_unit(cell: Cell) -> str:
    """Name the unit of a denominator, where it is not participants."""
    is_other = cell.kind is CellKind.DENOMINATOR and cell.unit not in (None, "Participants")
    return (cell.unit or "") if is_other else ""


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a condition that names one variable, and its value if there is only one."""

    variable: str = ""
    value: str = ""


_NO_CLAUSES = (_Clause(), _Clause())


def _event_clauses(
    statistics: Statistics, posted: Mapping[str, Cell]
) -> Mapping[tuple[str, ...], tuple[_Clause, _Clause]]:
    """Find what the condition of each term's counts says of its organ system and the term."""
    found: dict[tuple[str, ...], tuple[_Clause, _Clause]] = {}
    for row in statistics:
        cell = posted[row.address]
        is_count = cell.module is Module.ADVERSE_EVENTS and cell.kind is not CellKind.AT_RISK
        if is_count and len(cell.context) == 3 and cell.context not in found:
            clauses = [_clause(term) for term in _terms(row.condition)[-2:]]
            if len(clauses) == 2 and all(clause.variable for clause in clauses):
                found[cell.context] = (clauses[0], clauses[1])
    return found


def _clause(term: Expression) -> _Clause:
    values = term.values if isinstance(term, Membership) else ()
    return _Clause(_only_variable(term), str(values[0].value) if len(values) == 1 else "")


def _variable(row: Statistic, cell: Cell) -> str:
    """Give the variable that a condition asks a value of, else the last it asks about."""
    if cell.module is Module.ADVERSE_EVENTS:
        return "USUBJID"
    terms = _terms(row.condition)
    for term in terms:
        if isinstance(term, Missing) and term.negated:
            return term.variable.name
    # A condition of a flag says who is counted, not what of them.
    last = _only_variable(terms[-1]) if terms else ""
    return last if last and not last.endswith("FL") else "USUBJID"


@cache
def _terms(condition: str) -> tuple[Expression, ...]:
    if not condition:
        return ()
    parsed = parse_condition(condition)
    return parsed.terms if isinstance(parsed, And) else (parsed,)


def _only_variable(term: Expression) -> str:
    found = variables(term)
    return found[0].name if len(found) == 1 else ""


_EVENTS = StatisticName("n_event", "Number of Events", "number of events")
_COUNT = StatisticName("n", "n", "number of participants")
_DENOMINATOR = StatisticName("N", "N", "number of participants in the denominator")
_ESTIMATE = StatisticName("estimate", "Estimate", "estimate")
_LOWER = StatisticName("conf.low", "CI Lower Bound", "lower confidence limit")
_UPPER = StatisticName("conf.high", "CI Upper Bound", "upper confidence limit")
_ERROR = StatisticName("std.error", "SE", "standard error")
_DEVIATION = StatisticName("sd", "SD", "standard deviation")

_BY_KIND: Mapping[CellKind, StatisticName] = MappingProxyType(
    {
        CellKind.PARTICIPANTS: _COUNT,
        CellKind.UNITS: StatisticName("n_units", "n Units", "number of units"),
        CellKind.DENOMINATOR: _DENOMINATOR,
        CellKind.AFFECTED: _COUNT,
        CellKind.AT_RISK: _DENOMINATOR,
        CellKind.EVENTS: _EVENTS,
        CellKind.FREQUENCY_THRESHOLD: StatisticName(
            "threshold", "Frequency Threshold", "frequency threshold in percent"
        ),
        CellKind.P_VALUE: StatisticName("p.value", "p-value", "p-value"),
        CellKind.ESTIMATE: _ESTIMATE,
        CellKind.ESTIMATE_DISPERSION: _ERROR,
        CellKind.CONFIDENCE_LEVEL: StatisticName(
            "conf.level", "CI Confidence Level", "confidence level in percent"
        ),
        CellKind.CONFIDENCE_LOWER_LIMIT: _LOWER,
        CellKind.CONFIDENCE_UPPER_LIMIT: _UPPER,
        CellKind.VALUE: _ESTIMATE,
        CellKind.SPREAD: StatisticName("spread", "Dispersion", "dispersion"),
        CellKind.LOWER_LIMIT: StatisticName("lower", "Lower Limit", "lower limit"),
        CellKind.UPPER_LIMIT: StatisticName("upper", "Upper Limit", "upper limit"),
    }
)
"""What a number is called by its kind, where neither parameter nor dispersion says more."""

_BY_PARAMETER: Mapping[str, StatisticName] = MappingProxyType(
    {
        "MEAN": StatisticName("mean", "Mean", "arithmetic mean"),
        "MEDIAN": StatisticName("median", "Median", "median"),
        "GEOMETRIC_MEAN": StatisticName("geom_mean", "Geometric Mean", "geometric mean"),
        "LEAST_SQUARES_MEAN": StatisticName("ls_mean", "LS Mean", "least squares mean"),
        "COUNT_OF_PARTICIPANTS": _COUNT,
        "COUNT_OF_UNITS": _BY_KIND[CellKind.UNITS],
    }
)
"""What a measure's value is called by its ``param_type``; ``NUMBER`` says nothing."""

_BY_DISPERSION: Mapping[str, Mapping[CellKind, StatisticName]] = MappingProxyType(
    {
        "STANDARD DEVIATION": {CellKind.SPREAD: _DEVIATION},
        "STANDARD ERROR": {CellKind.SPREAD: _ERROR},
        "GEOMETRIC COEFFICIENT OF VARIATION": {
            CellKind.SPREAD: StatisticName(
                "geom_cv", "Geometric CV", "geometric coefficient of variation in percent"
            )
        },
        "INTER QUARTILE RANGE": {
            CellKind.LOWER_LIMIT: StatisticName("p25", "Q1", "first quartile"),
            CellKind.UPPER_LIMIT: StatisticName("p75", "Q3", "third quartile"),
        },
        "FULL RANGE": {
            CellKind.LOWER_LIMIT: StatisticName("min", "Min", "minimum"),
            CellKind.UPPER_LIMIT: StatisticName("max", "Max", "maximum"),
        },
        "CONFIDENCE": {CellKind.LOWER_LIMIT: _LOWER, CellKind.UPPER_LIMIT: _UPPER},
    }
)
"""What a spread or limit is called, by a word of its ``dispersion_type``."""


def _called(study: Study, cell: Cell) -> StatisticName:
    address = cell.address
    if cell.kind is CellKind.ESTIMATE_DISPERSION:
        analysis = value_at(study, address.rpartition("/")[0])
        is_deviation = (
            isinstance(analysis, MeasureAnalysis)
            and "DEVIATION" in (analysis.dispersion_type or "").upper()
        )
        return _DEVIATION if is_deviation else _ERROR
    if cell.kind is CellKind.DENOMINATOR and cell.unit not in (None, "Participants"):
        return StatisticName("N_units", "N Units", "number of units in the denominator")
    if "/classes/" not in address or cell.kind is CellKind.DENOMINATOR:
        return _BY_KIND[cell.kind]
    measure = value_at(study, address.partition("/classes/")[0])
    if not isinstance(measure, BaselineMeasure | OutcomeMeasure):
        return _BY_KIND[cell.kind]
    if cell.kind is CellKind.VALUE:
        return _BY_PARAMETER.get(measure.param_type or "", _ESTIMATE)
    dispersion = (measure.dispersion_type or "").upper().replace("_", " ").replace("-", " ")
    for words, names in _BY_DISPERSION.items():
        if words in dispersion and cell.kind in names:
            return names[cell.kind]
    return _BY_KIND[cell.kind]


def _context(cell: Cell) -> str:
    if cell.kind in (CellKind.DENOMINATOR, CellKind.AT_RISK):
        return "total_n"
    if cell.kind is CellKind.FREQUENCY_THRESHOLD:
        return "attributes"
    if cell.module is Module.ADVERSE_EVENTS:
        return "hierarchical" if len(cell.context) == 3 else "tabulate"
    if "/analyses/" in cell.address:
        return "analysis"
    return "tabulate" if cell.exact else "summary"
