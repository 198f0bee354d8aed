"""The resources of one study: the study, its groups, what was measured, and the evidence."""

from collections.abc import Iterable, Iterator
from typing import Any

from topline.formats.fhir.elements import (
    Element,
    coding,
    count,
    element,
    full_url,
    notes,
)
from topline.formats.fhir.statistics import (
    analysis,
    event_counts,
    measurement,
    participants,
)
from topline.record.codes import CODE_LISTS
from topline.record.protocol import ProtocolSection
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    BaselineMeasure,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowStats,
    MeasureAnalysis,
    MeasureGroup,
    OutcomeMeasure,
    ParticipantFlowModule,
    ResultsSection,
)
from topline.record.study import Study

REGISTRY = "https://clinicaltrials.gov"
"""The system of the studies' numbers."""

_RESULTS = "/resultsSection"
_ROLES = {
    "population": "population",
    "exposure": "exposure",
    "measuredVariable": "measured variable",
}
_EVENT_TOTALS = (
    ("All-cause mortality", "deaths"),
    ("Any serious adverse event", "serious"),
    ("Any other adverse event", "other"),
)


class StudyResources:
    """Makes the resources of a study.

    Parameters
    ----------
    study
        The record.
    number
        Which study of the input it is, from 1: ids begin with it.

    Examples
    --------
    >>> from topline.record.results import AdverseEventsModule
    >>> group = EventGroup(id="EG000", title="Drug", deaths_num_affected=2, deaths_num_at_risk=60)
    >>> section = ResultsSection(adverse_events_module=AdverseEventsModule(event_groups=(group,)))
    >>> made = StudyResources(Study(results_section=section), 1).entries()
    >>> [entry["resource"]["resourceType"] for entry in made]
    ['ResearchStudy', 'Group', 'EvidenceVariable', 'Evidence']
    """

    def __init__(self, study: Study, number: int) -> None:
        self._results = study.results_section or ResultsSection()
        self._protocol = study.protocol_section or ProtocolSection()
        named = self._protocol.identification_module
        self._nct_id = named.nct_id if named is not None else None
        self._base = f"r{number}"
        self._place = f"{REGISTRY}/study/{self._nct_id or 'unknown'}/{self._base}"
        self._groups: dict[tuple[str, str | None], Element] = {}

    def entries(self) -> Iterator[Element]:
        """Yield the entries of a bundle: a resource is behind all that it refers to."""
        yield self._study()
        yield from self._flow()
        yield from self._baseline()
        outcomes = self._results.outcome_measures_module
        for place, measure in enumerate((outcomes.outcome_measures if outcomes else None) or ()):
            yield from self._outcome(measure, place)
        yield from self._events()

    def _entry(self, resource_type: str, resource_id: str, **fields: Any) -> Element:
        full_id = self._base if not resource_id else f"{self._base}-{resource_id}"
        resource = element(resourceType=resource_type, id=full_id, **fields)
        return {"fullUrl": full_url(self._place, resource_type, full_id), "resource": resource}

    def _address(self, address: str) -> list[Element]:
        """Return the identifier that says where in the record a resource comes from."""
        return [element(system=f"{REGISTRY}/study/{self._nct_id or 'unknown'}", value=address)]

    def _study(self) -> Element:
        named, design = self._protocol.identification_module, self._protocol.design_module
        conditions = self._protocol.conditions_module
        described = self._protocol.description_module
        enrolled = design.enrollment_info if design is not None else None
        size = count(enrolled.count) if enrolled is not None else None
        actual = enrolled is not None and enrolled.type == "ACTUAL"
        entry = self._entry(
            "ResearchStudy",
            "",
            identifier=[{"system": REGISTRY, "value": self._nct_id}] if self._nct_id else [],
            name=named.acronym if named is not None else None,
            title=named.official_title or named.brief_title if named is not None else None,
            status="unknown",
            phase=element(text=" | ".join(design.phases or ())) if design is not None else None,
            condition=[
                {"text": text}
                for text in (conditions.conditions if conditions is not None else None) or ()
                if text.strip()
            ],
            descriptionSummary=described.brief_summary if described is not None else None,
            recruitment=element(**{"actualNumber" if actual else "targetNumber": size}),
        )
        self._study_url = entry["fullUrl"]
        return entry

    def _group(
        self, group: FlowGroup | MeasureGroup | EventGroup, table: str, key: str, address: str
    ) -> Element:
        entry = self._entry(
            "Group",
            key,
            identifier=self._address(address),
            type="person",
            membership="enumerated",
            name=group.title,
            description=group.description,
        )
        self._groups[table, group.id] = element(
            reference=entry["fullUrl"], display=group.title or group.id
        )
        return entry

    def _variable(self, key: str, address: str, title: str | None, **fields: Any) -> Element:
        return self._entry(
            "EvidenceVariable",
            key,
            identifier=self._address(address),
            title=title,
            status="unknown",
            **fields,
        )

    def _evidence(
        self,
        key: str,
        address: str,
        variable: Element,
        table: str,
        groups: tuple[str, Iterable[str | None]],
        statistics: list[Element],
        title: str | None = None,
    ) -> Element:
        role, ids = groups
        definitions = [self._definition(role, self._groups.get((table, one)), one) for one in ids]
        measured = {"reference": variable["fullUrl"], **_display(variable)}
        return self._entry(
            "Evidence",
            key,
            identifier=self._address(address),
            title=title,
            status="unknown",
            relatedArtifact=[
                {"type": "derived-from", "resourceReference": {"reference": self._study_url}}
            ],
            variableDefinition=[
                *definitions,
                self._definition("measuredVariable", measured, None),
            ],
            statistic=[one for one in statistics if one],
        )

    def _definition(self, role: str, observed: Element | None, group_id: str | None) -> Element:
        role_of = coding("variable-role", role, _ROLES[role])
        lost = observed is None and group_id is not None
        return element(
            description=f"group {group_id}, which the record does not define" if lost else None,
            variableRole={"coding": [role_of]},
            observed=observed,
        )

    def _flow(self) -> Iterator[Element]:
        module = self._results.participant_flow_module or ParticipantFlowModule()
        where = f"{_RESULTS}/participantFlowModule"
        for place, group in enumerate(module.groups or ()):
            yield self._group(group, "f", f"f-g{place}", f"{where}/groups/{place}")
        for place, period in enumerate(module.periods or ()):
            here = f"{where}/periods/{place}"
            for position, milestone in enumerate(period.milestones or ()):
                yield from self._flow_row(
                    f"f-p{place}-m{position}",
                    f"{here}/milestones/{position}",
                    (period.title, milestone.type),
                    milestone.comment,
                    (f"{here}/milestones/{position}/achievements", milestone.achievements or ()),
                )
            for position, reason in enumerate(period.drop_withdraws or ()):
                yield from self._flow_row(
                    f"f-p{place}-r{position}",
                    f"{here}/dropWithdraws/{position}",
                    (period.title, "Not completed", reason.type),
                    reason.comment,
                    (f"{here}/dropWithdraws/{position}/reasons", reason.reasons or ()),
                )

    def _flow_row(
        self,
        key: str,
        address: str,
        titles: tuple[str | None, ...],
        comment: str | None,
        stats: tuple[str, tuple[FlowStats, ...]],
    ) -> Iterator[Element]:
        module = self._results.participant_flow_module or ParticipantFlowModule()
        variable = self._variable(f"{key}-v", address, _joined(titles), note=notes(comment))
        yield variable
        where, posted = stats
        for place, one in enumerate(posted):
            counted = [participants(one.num_subjects, one.comment, "participants")]
            if one.num_units is not None:
                counted.append(participants(one.num_units, None, module.type_units_analyzed))
            yield self._evidence(
                f"{key}-{place}",
                f"{where}/{place}",
                variable,
                "f",
                ("population", (one.group_id,)),
                counted,
            )

    def _baseline(self) -> Iterator[Element]:
        module = self._results.baseline_characteristics_module
        if module is None:
            return
        where = f"{_RESULTS}/baselineCharacteristicsModule"
        for place, group in enumerate(module.groups or ()):
            yield self._group(group, "b", f"b-g{place}", f"{where}/groups/{place}")
        for place, measure in enumerate(module.measures or ()):
            key, address = f"b{place}", f"{where}/measures/{place}"
            variable = self._variable(
                f"{key}-v",
                address,
                measure.title,
                description=measure.description,
                note=notes(measure.population_description or module.population_description),
            )
            yield variable
            denoms = measure.denoms or module.denoms or ()
            yield from self._measurements(measure, key, address, variable, ("b", denoms))

    def _outcome(self, measure: OutcomeMeasure, place: int) -> Iterator[Element]:
        key = f"o{place}"
        address = f"{_RESULTS}/outcomeMeasuresModule/outcomeMeasures/{place}"
        for position, group in enumerate(measure.groups or ()):
            yield self._group(group, key, f"{key}-g{position}", f"{address}/groups/{position}")
        kind = CODE_LISTS["OutcomeMeasureType"].get(measure.type or "", measure.type)
        variable = self._variable(
            f"{key}-v",
            address,
            measure.title,
            description=measure.description,
            note=notes(
                f"Time frame: {measure.time_frame}" if measure.time_frame else None,
                f"Outcome: {kind}" if kind else None,
                measure.population_description,
            ),
        )
        yield variable
        denoms = measure.denoms or ()
        yield from self._measurements(measure, key, address, variable, (key, denoms))
        for position, posted in enumerate(measure.analyses or ()):
            yield self._analysis(
                posted, f"{key}-a{position}", f"{address}/analyses/{position}", variable, key
            )

    def _measurements(
        self,
        measure: BaselineMeasure | OutcomeMeasure,
        key: str,
        address: str,
        variable: Element,
        table: tuple[str, Any],
    ) -> Iterator[Element]:
        groups, of_all = table
        for place, measure_class in enumerate(measure.classes or ()):
            denoms = measure_class.denoms or of_all
            for position, category in enumerate(measure_class.categories or ()):
                row = _joined((measure_class.title, category.title))
                here = f"{address}/classes/{place}/categories/{position}/measurements"
                for number, posted in enumerate(category.measurements or ()):
                    yield self._evidence(
                        f"{key}-{place}-{position}-{number}",
                        f"{here}/{number}",
                        variable,
                        groups,
                        ("population", (posted.group_id,)),
                        [measurement(measure, posted, row, denoms)],
                    )

    def _analysis(
        self, posted: MeasureAnalysis, key: str, address: str, variable: Element, table: str
    ) -> Element:
        compared = ("exposure", posted.group_ids or ())
        return self._evidence(
            key, address, variable, table, compared, [analysis(posted)], "Statistical analysis"
        )

    def _events(self) -> Iterator[Element]:
        module = self._results.adverse_events_module or AdverseEventsModule()
        where = f"{_RESULTS}/adverseEventsModule"
        groups = module.event_groups or ()
        for place, group in enumerate(groups):
            yield self._group(group, "e", f"e-g{place}", f"{where}/eventGroups/{place}")
        about = notes(
            f"Time frame: {module.time_frame}" if module.time_frame else None, module.description
        )
        for title, stem in _EVENT_TOTALS:
            comment = module.all_cause_mortality_comment if stem == "deaths" else None
            yield from self._totals(title, stem, groups, [*about, *notes(comment)])
        for letter, camel, events in (
            ("s", "seriousEvents", module.serious_events),
            ("n", "otherEvents", module.other_events),
        ):
            for place, event in enumerate(events or ()):
                yield from self._term(
                    event, f"e-{letter}{place}", f"{where}/{camel}/{place}", about
                )

    def _totals(
        self, title: str, stem: str, groups: tuple[EventGroup, ...], about: list[Element]
    ) -> Iterator[Element]:
        counts = {
            place: (getattr(one, f"{stem}_num_affected"), getattr(one, f"{stem}_num_at_risk"))
            for place, one in enumerate(groups)
        }
        if all(one == (None, None) for one in counts.values()):
            return
        where = f"{_RESULTS}/adverseEventsModule/eventGroups"
        variable = self._variable(f"e-{stem}-v", where, title, note=about)
        yield variable
        for place, (affected, at_risk) in counts.items():
            if (affected, at_risk) != (None, None):
                yield self._evidence(
                    f"e-{stem}-{place}",
                    f"{where}/{place}/{stem}NumAffected",
                    variable,
                    "e",
                    ("population", (groups[place].id,)),
                    [event_counts(EventStats(num_affected=affected, num_at_risk=at_risk))],
                )

    def _term(
        self, event: AdverseEvent, key: str, address: str, about: list[Element]
    ) -> Iterator[Element]:
        kind = "Serious" if "/seriousEvents/" in address else "Other"
        variable = self._variable(
            f"{key}-v",
            address,
            _joined((kind, event.organ_system, event.term)),
            note=[*about, *notes(event.source_vocabulary, event.assessment_type, event.notes)],
        )
        yield variable
        for place, stats in enumerate(event.stats or ()):
            yield self._evidence(
                f"{key}-{place}",
                f"{address}/stats/{place}",
                variable,
                "e",
                ("population", (stats.group_id,)),
                [event_counts(stats)],
            )


def _joined(titles: Iterable[str | None]) -> str | None:
    return " > ".join(title for title in titles if title) or None


def _display(variable: Element) -> Element:
    title = variable["resource"].get("title")
    return {} if title is None else {"display": title}
