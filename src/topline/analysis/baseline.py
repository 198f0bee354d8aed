"""Baseline characteristics: one measure after the other, with a total column."""

from collections.abc import Mapping

from topline.analysis.cohort import Cohort
from topline.analysis.findings import Findings
from topline.analysis.flow import report_others
from topline.analysis.ledger import Basis, Ledger
from topline.analysis.measures import PARTICIPANTS, Definition, MeasureBuilder
from topline.analysis.methods import summary_of
from topline.analysis.registry_measures import complete
from topline.record.results import (
    BaselineCharacteristicsModule,
    BaselineMeasure,
    Denom,
    DenomCount,
    MeasureGroup,
)
from topline.trial.specification import BaselineMeasure as MeasureSpecification

ADDRESS = "/resultsSection/baselineCharacteristicsModule"
#: The registry's measures whose rows take everyone, also those without a value.
_OF_EVERYONE = ("sex", "race", "ethnicity", "region")


class BaselineBuilder:
    """Builds the baseline module of one trial.

    Parameters
    ----------
    cohort, ledger, findings
        The trial, and where numbers and oddities go.
    started
        How many started, by group key: baseline numbers that differ must be explained.
    """

    def __init__(
        self, cohort: Cohort, ledger: Ledger, findings: Findings, started: Mapping[str, int]
    ) -> None:
        self.cohort = cohort
        self.ledger = ledger
        self.findings = findings
        self.started = started
        self.baseline = cohort.specification.baseline
        flow = cohort.specification.participant_flow.population
        self.population = cohort.population_name(self.baseline.population or flow)
        self.columns = cohort.columns(self.population, self.baseline.groups, total=True)
        self.ids = [f"BG{k:03d}" for k in range(len(self.columns))]

    def build(self) -> BaselineCharacteristicsModule:
        """Build the module."""
        self._demand_description()
        report_others(self.cohort, self.columns, self.findings, "baseline", self.population)
        return BaselineCharacteristicsModule(
            population_description=self.baseline.population_description,
            groups=tuple(
                MeasureGroup(id=id_, title=column.title, description=column.description or None)
                for id_, column in zip(self.ids, self.columns, strict=True)
            ),
            denoms=(self._denominators(),),
            measures=tuple(
                self._measure(index, measure)
                for index, measure in enumerate(self.baseline.measures)
            ),
        )

    def _demand_description(self) -> None:
        different = [
            f"{column.title}: {column.size} of {self.started[column.key]}"
            for column in self.columns
            if column.key in self.started and column.size != self.started[column.key]
        ]
        if different and not self.baseline.population_description:
            self.findings.problem(
                "baseline",
                f"the baseline population differs from those started ({'; '.join(different)})",
                "say who was analyzed: `population_description:`",
            )

    def _denominators(self) -> Denom:
        where = self.cohort.population(self.population).where
        counts = []
        for index, column in enumerate(self.columns):
            basis = Basis(
                group=column.key,
                dataset="ADSL",
                condition=where,
                population=self.population,
                rows=column.size,
                participants=column.size,
            )
            text = self.ledger.count(
                f"{ADDRESS}/denoms/0/counts/{index}/value",
                "number of baseline participants",
                basis,
                column.size,
                method="count of participants",
            )
            counts.append(DenomCount(group_id=self.ids[index], value=text))
        return Denom(units=PARTICIPANTS, counts=tuple(counts))

    def _measure(self, index: int, specified: MeasureSpecification) -> BaselineMeasure:
        part = f"baseline.measures[{index}]"
        # The last column holds everyone: the total, or the only group.
        measure = complete(specified, self.cohort, self.columns[-1].members, self.findings, part)
        summary, options = summary_of(measure.summary, {"method": "mean"})
        if summary.joint:
            self.findings.problem(
                part,
                f"{summary.name} fits all columns together, and the total column is made of the "
                "others",
                "use a summary of each group by itself, such as mean",
            )
        definition = Definition(
            part=part,
            address=f"{ADDRESS}/measures/{index}",
            population=self.population,
            dataset=measure.dataset,
            where=measure.where,
            variable=(measure.variable or summary.variable).upper(),
            summary=summary,
            options=options,
            categories=measure.categories,
            classes=measure.classes,
            decimals=measure.decimals,
            whole_population=specified.measure in _OF_EVERYONE,
            class_denominators=True,
        )
        measured = MeasureBuilder(
            self.cohort, self.ledger, self.findings, definition, self.columns, self.ids
        ).build()
        title = measure.title or definition.variable
        self._note_missing(part, title, measured.analysed, measure.population_description)
        dispersion = measured.dispersion
        unit = measure.unit or summary.unit
        if unit is None:
            self.findings.problem(part, f"{title!r} has no unit of measure", "say `unit:`")
        return BaselineMeasure(
            title=title,
            description=measure.description,
            population_description=measure.population_description,
            param_type=summary.posted_type(options),
            dispersion_type=dispersion.baseline if dispersion else None,
            unit_of_measure=unit,
            classes=measured.classes,
        )

    def _note_missing(
        self, part: str, title: str, analysed: Mapping[str, int], described: str | None
    ) -> None:
        missing = [
            f"{column.title}: {analysed[column.key]} of {column.size}"
            for column in self.columns
            if analysed[column.key] != column.size
        ]
        if missing and not described:
            self.findings.note(
                part,
                f"{title!r} is not known for everyone ({'; '.join(missing)})",
                "reviewers ask why: say `population_description:`",
            )
