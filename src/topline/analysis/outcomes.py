"""Outcome measures: definition, numbers analysed, values and statistical analyses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from topline.analysis.cohort import Cohort, Column
from topline.analysis.curves import SurvivalCurve
from topline.analysis.estimands import with_estimand
from topline.analysis.findings import Findings
from topline.analysis.flow import report_others
from topline.analysis.ledger import Ledger
from topline.analysis.measured_classes import ClassesOfMeasure
from topline.analysis.measures import PARTICIPANTS, Definition, GroupCurve, MeasureBuilder
from topline.analysis.methods import summary_of
from topline.analysis.statistical_analyses import (
    Adjusted,
    Ready,
    adjust,
    post_analyses,
    run_analyses,
)
from topline.record.results import (
    MeasureGroup,
    OutcomeMeasure,
    OutcomeMeasuresModule,
)
from topline.stats.survival import number_at_risk, survival_limits
from topline.trial.specification import OutcomeMeasure as OutcomeSpecification

ADDRESS = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
#: Columns at the most in the table of numbers at risk below a curve.
_RISK_COLUMNS = 7
#: Steps, times a power of ten, at which people count time.
_RISK_STEPS = (1, 2, 3, 5, 6)


@dataclass(frozen=True, slots=True)
class BuiltOutcomes:
    """The module and the curves behind it."""

    module: OutcomeMeasuresModule
    curves: tuple[SurvivalCurve, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An outcome whose values are posted and whose analyses wait for their family's other p-values."""

    outcome: OutcomeMeasure
    address: str
    ledger: Ledger
    analyses: Sequence[Ready] = ()
    group_ids: Mapping[str, str] = field(default_factory=dict)


class OutcomesBuilder:
    """Builds the outcome measures of one trial.

    Parameters
    ----------
    cohort, ledger, findings
        The trial, and where numbers and oddities go.
    started
        How many started, by group key.
    """

    def __init__(
        self, cohort: Cohort, ledger: Ledger, findings: Findings, started: Mapping[str, int]
    ) -> None:
        self.cohort = cohort
        self.ledger = ledger
        self.findings = findings
        self.started = started
        self.curves: list[SurvivalCurve] = []

    def build(self) -> BuiltOutcomes:
        """Build every outcome measure in the order of the specification."""
        specification = self.cohort.specification
        drafts = [
            self._outcome(index, outcome) for index, outcome in enumerate(specification.outcomes)
        ]
        # The p-values of a family may be of several outcomes.
        ready = [one for draft in drafts for one in draft.analyses]
        adjusted = adjust(ready, specification.multiplicity, self.findings)
        measures = tuple(self._finished(draft, adjusted) for draft in drafts)
        return BuiltOutcomes(OutcomeMeasuresModule(outcome_measures=measures), tuple(self.curves))

    def _finished(self, draft: _Draft, adjusted: Mapping[int, Adjusted]) -> OutcomeMeasure:
        """Post the analyses of an outcome behind its values, and close its part of the ledger."""
        posted = post_analyses(
            draft.ledger, draft.address, draft.analyses, adjusted, draft.group_ids
        )
        self.ledger.rows.extend(draft.ledger.rows)
        return msgspec.structs.replace(draft.outcome, analyses=posted or None)

    def _outcome(self, index: int, outcome: OutcomeSpecification) -> _Draft:
        defined = OutcomeMeasure(
            type=outcome.type.upper(),
            title=outcome.title,
            description=with_estimand(outcome.description, outcome.estimand),
            population_description=outcome.population_description,
            reporting_status="POSTED",
            time_frame=outcome.time_frame,
        )
        if outcome.not_posted is not None:
            return _Draft(
                outcome=msgspec.structs.replace(
                    defined,
                    reporting_status="NOT_POSTED",
                    anticipated_posting_date=outcome.not_posted.anticipated,
                ),
                address=f"{ADDRESS}/{index}",
                ledger=Ledger(self.ledger.rounding),
            )
        return self._posted(index, outcome, defined)

    def _posted(self, index: int, outcome: OutcomeSpecification, defined: OutcomeMeasure) -> _Draft:
        part = f"outcomes[{index}]"
        flow = self.cohort.specification.participant_flow.population
        population = self.cohort.population_name(outcome.population or flow)
        columns = self.cohort.columns(population, outcome.groups, total=outcome.total)
        ids = [f"OG{k:03d}" for k in range(len(columns))]
        definition = self._definition(part, f"{ADDRESS}/{index}", population, outcome)
        self._refuse_unknown(part, outcome, definition)
        ledger = Ledger(self.ledger.rounding)
        builder = MeasureBuilder(self.cohort, ledger, self.findings, definition, columns, ids)
        measured = builder.build()
        self._demand_description(part, outcome, columns, measured.analysed)
        report_others(self.cohort, columns, self.findings, part, population)
        unit = outcome.unit or _default_unit(definition)
        if unit is None:
            self.findings.problem(part, f"{outcome.title!r} has no unit of measure", "say `unit:`")
        self._keep_curves(definition, measured.curves, columns, ids, unit or "")
        dispersion = measured.dispersion
        posted = msgspec.structs.replace(
            defined,
            param_type=_measure_type(definition),
            dispersion_type=dispersion.outcome if dispersion else None,
            unit_of_measure=unit,
            type_units_analyzed=definition.unit_title,
            denom_units_selected=definition.unit_title,
            groups=tuple(
                MeasureGroup(id=id_, title=column.title, description=column.description or None)
                for id_, column in zip(ids, columns, strict=True)
            ),
            denoms=measured.denominators,
            classes=measured.classes,
        )
        classes = ClassesOfMeasure(builder, measured.decimals[0])
        return _Draft(
            outcome=posted,
            address=definition.address,
            ledger=ledger,
            analyses=run_analyses(part, outcome, classes, self.findings),
            group_ids={column.key: id_ for column, id_ in zip(columns, ids, strict=True)},
        )

    def _definition(
        self, part: str, address: str, population: str, outcome: OutcomeSpecification
    ) -> Definition:
        summary, options = summary_of(outcome.summary, {})
        return Definition(
            part=part,
            address=address,
            population=population,
            dataset=outcome.dataset or "ADSL",
            where=outcome.where,
            variable=(outcome.variable or summary.variable).upper(),
            summary=summary,
            options=options,
            categories=outcome.categories,
            classes=outcome.classes,
            decimals=outcome.decimals,
            whole_population=outcome.analyzed == "population",
            unit_title=outcome.units.title if outcome.units else None,
            unit_variable=outcome.units.variable.upper() if outcome.units else None,
        )

    def _refuse_unknown(
        self, part: str, outcome: OutcomeSpecification, definition: Definition
    ) -> None:
        """Refuse to summarise values that nobody has, and say what eyes of one person are taken for."""
        if definition.whole_population and definition.summary.count is None:
            self.findings.problem(
                part,
                f"analyzed: population for {definition.summary.name}, which cannot tell the values "
                "of those without one",
                "say `analyzed: with_data`, or impute in the data",
            )
        if definition.whole_population and definition.unit_title is not None:
            self.findings.problem(
                part,
                f"analyzed: population with units, and how many {definition.unit_title.lower()} those "
                "without data have is not known",
                "say `analyzed: with_data`",
            )
        dispersion = definition.summary.dispersion(definition.options)
        inferred = dispersion is not None and ("Interval" in dispersion.outcome or outcome.analyses)
        if definition.unit_title is not None and inferred:
            self.findings.note(
                part,
                f"{definition.unit_title.lower()} of one participant are taken for independent",
                "say so in the description, or analyze one a participant",
            )

    def _demand_description(
        self,
        part: str,
        outcome: OutcomeSpecification,
        columns: Sequence[Column],
        analysed: Mapping[str, int],
    ) -> None:
        different = [
            f"{column.title}: {analysed[column.key]} of {self.started.get(column.key, column.size)}"
            for column in columns
            if analysed[column.key] != self.started.get(column.key, column.size)
        ]
        if different and not outcome.population_description:
            self.findings.problem(
                part,
                f"the numbers analysed differ from those started ({'; '.join(different)})",
                "say who was analyzed: `population_description:`",
            )

    def _keep_curves(
        self,
        definition: Definition,
        curves: Sequence[GroupCurve],
        columns: Sequence[Column],
        ids: Sequence[str],
        unit: str,
    ) -> None:
        if not curves:
            return
        options = definition.options
        last = max(float(found.curve.time[-1]) for found in curves)
        risk_times = _risk_times(last)
        keys = [column.key for column in columns]
        for found in curves:
            curve = found.curve
            limits = survival_limits(curve, level=options.level / 100, transform=options.transform)
            self.curves.append(
                SurvivalCurve(
                    address=definition.address,
                    group_id=ids[keys.index(found.column.key)],
                    group_title=found.column.title,
                    unit=unit,
                    times=(0.0, *curve.time.tolist()),
                    survival=(1.0, *curve.survival.tolist()),
                    lower=(1.0, *_defined(limits.lower)),
                    upper=(1.0, *_defined(limits.upper)),
                    censored=tuple(curve.time[curve.censored > 0].tolist()),
                    at_risk_times=tuple(risk_times.tolist()),
                    at_risk=tuple(number_at_risk(curve, risk_times).tolist()),
                    level=options.level / 100,
                    transform=options.transform,
                )
            )


def _measure_type(definition: Definition) -> str:
    posted = definition.summary.posted_type(definition.options)
    of_units = definition.unit_title is not None and posted == "COUNT_OF_PARTICIPANTS"
    return "COUNT_OF_UNITS" if of_units else posted


def _default_unit(definition: Definition) -> str | None:
    """Give the unit that follows from the summary, speaking of eyes where eyes are counted."""
    unit, title = definition.summary.unit, definition.unit_title
    if unit is None or title is None:
        return unit
    return title if unit == PARTICIPANTS else unit.replace(PARTICIPANTS.lower(), title.lower())


def _risk_times(last: float) -> NDArray[np.float64]:
    """Choose round times from 0 to the last one for the numbers at risk.

    >>> _risk_times(38.5).tolist(), _risk_times(198.0).tolist()
    ([0.0, 6.0, 12.0, 18.0, 24.0, 30.0, 36.0], [0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0])
    """
    if last <= 0:
        return np.zeros(1)
    power = 10.0 ** (np.floor(np.log10(last)) - 1)
    steps = [step * power * scale for scale in (1, 10, 100) for step in _RISK_STEPS]
    step = next(step for step in steps if last / step < _RISK_COLUMNS)
    return np.arange(0, last + step / 1e6, step)


def _defined(numbers: NDArray[np.float64]) -> list[float | None]:
    """Give numbers, ``None`` for those that are undefined."""
    found: list[float | None] = numbers.tolist()
    for place in np.flatnonzero(np.isnan(numbers)).tolist():
        found[place] = None
    return found
