"""Results as FHIR Evidence: what stands where, and what the structure allows."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.derive_examples import OUTCOME, denominators, measure, row
from tests.unit.fhir_structure import bundle_faults, faults

from topline.formats.document import Document
from topline.formats.fhir.evidence_bundle import write
from topline.formats.registry import find_format_to_write
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    MeasureAnalysis,
    MeasureClass,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
    ResultsSection,
)
from topline.record.study import Study


def bundle(*records: Study) -> dict[str, Any]:
    stream = io.BytesIO()
    write([Document(study=one, format="api-json", place="made") for one in records], stream)
    read: dict[str, Any] = json.loads(stream.getvalue(), parse_float=Decimal)
    assert not list(bundle_faults(read))
    return read


def study(*measures: OutcomeMeasure, **modules: Any) -> Study:
    outcomes = OutcomeMeasuresModule(outcome_measures=measures) if measures else None
    return Study(results_section=ResultsSection(outcome_measures_module=outcomes, **modules))


def at(made: dict[str, Any], address: str) -> dict[str, Any]:
    """The evidence of an address."""
    (found,) = (
        entry["resource"]
        for entry in made["entry"]
        if entry["resource"]["resourceType"] == "Evidence"
        and entry["resource"]["identifier"][0]["value"] == address
    )
    return dict(found)


def statistic(made: dict[str, Any], address: str) -> dict[str, Any]:
    return dict(at(made, address)["statistic"][0])


def value(made: OutcomeMeasure, group: int = 0) -> dict[str, Any]:
    address = f"{OUTCOME}/classes/0/categories/0/measurements/{group}"
    return statistic(bundle(study(made)), address)


def test_a_count_has_its_number_and_its_denominator() -> None:
    made = value(
        measure((30, 28), row("8", "3", title="Week 8"), param_type="COUNT_OF_PARTICIPANTS")
    )
    assert made["statisticType"]["coding"][0]["code"] == "C25463"
    assert (made["quantity"], made["numberAffected"]) == ({"value": 8}, 8)
    assert made["sampleSize"] == {"knownDataCount": 30}
    assert made["category"] == {"text": "Week 8"}


def test_a_mean_has_its_spread_and_digits_stay_as_posted() -> None:
    made = value(
        measure(
            (30, 28), row(("5.00", "1.20"), ("4", "1")), param_type="MEAN",
            dispersion_type="STANDARD_DEVIATION", unit_of_measure="mg",
        )
    )  # fmt: skip
    assert str(made["quantity"]["value"]) == "5.00"
    (spread,) = made["attributeEstimate"]
    assert spread["type"]["coding"][0]["code"] == "C53322"
    assert spread["quantity"] == {"value": Decimal("1.20"), "unit": "mg"}


def test_limits_are_a_range_with_their_level() -> None:
    made = value(
        measure(
            (30, 28), row(("5", "4.1", "NA"), ("4", "<3", "5")), param_type="MEDIAN",
            dispersion_type="95% Confidence Interval",
        )
    )  # fmt: skip
    (limits,) = made["attributeEstimate"]
    assert limits["type"]["coding"][0]["code"] == "C53324"
    assert (limits["level"], limits["range"]) == (
        Decimal("0.95"),
        {"low": {"value": Decimal("4.1")}},
    )
    assert limits["note"] == [{"text": 'upper limit: posted as "NA" (not available)'}]


def test_a_value_that_is_none_is_a_note_and_a_bound_has_its_sign() -> None:
    made = measure((30, 28), row("NA", "<0.5"), param_type="MEDIAN", unit_of_measure="months")
    assert value(made)["note"] == [{"text": 'posted as "NA" (not available)'}]
    assert "quantity" not in value(made)
    assert value(made, 1)["quantity"] == {
        "value": Decimal("0.5"), "comparator": "<", "unit": "months",
    }  # fmt: skip


def test_denominators_in_other_units_are_words() -> None:
    made = measure(
        (30, 28), MeasureClass(), row("8", "3"), denoms=(denominators((60, 56), "Eyes"),)
    )
    address = f"{OUTCOME}/classes/1/categories/0/measurements/0"
    assert statistic(bundle(study(made)), address)["sampleSize"] == {"description": "60 Eyes"}


def test_an_analysis_has_estimate_interval_test_and_its_groups() -> None:
    analysis = MeasureAnalysis(
        param_type="Hazard Ratio (HR)", param_value="0.80", ci_pct_value="97.5",
        ci_num_sides="TWO_SIDED", ci_lower_limit="0.65", ci_upper_limit="0.98", p_value="<0.001",
        p_value_comment="adjusted", statistical_method="Log Rank", dispersion_value="0.1",
        dispersion_type="STANDARD_ERROR_OF_MEAN", group_ids=("OG000", "OG001", "OG009"),
    )  # fmt: skip
    made = at(bundle(study(measure((30, 28), analyses=(analysis,)))), f"{OUTCOME}/analyses/0")
    (posted,) = made["statistic"]
    assert posted["statisticType"]["coding"][0]["code"] == "C93150"
    assert posted["quantity"] == {"value": Decimal("0.80")}
    interval, dispersion, test = posted["attributeEstimate"]
    assert interval["level"] == Decimal("0.975")
    assert interval["range"] == {
        "low": {"value": Decimal("0.65")}, "high": {"value": Decimal("0.98")},
    }  # fmt: skip
    assert dispersion["type"]["coding"][0]["code"] == "0000037"
    assert test["quantity"] == {"value": Decimal("0.001"), "comparator": "<"}
    assert test["note"] == [{"text": "adjusted"}]
    assert posted["modelCharacteristic"] == [{"code": {"text": "Log Rank"}}]
    roles = [one["variableRole"]["coding"][0]["code"] for one in made["variableDefinition"]]
    assert roles == ["exposure"] * 3 + ["measuredVariable"]
    assert [one["observed"]["display"] for one in made["variableDefinition"][:2]] == [
        "Drug", "Placebo",
    ]  # fmt: skip
    assert made["variableDefinition"][2]["description"] == (
        "group OG009, which the record does not define"
    )


def test_adverse_events_have_affected_at_risk_and_events() -> None:
    module = AdverseEventsModule(
        event_groups=(EventGroup(id="EG000", deaths_num_affected=2, deaths_num_at_risk=60),),
        serious_events=(
            AdverseEvent(
                term="Fall",
                organ_system="Injury",
                stats=(EventStats(group_id="EG000", num_affected=3, num_at_risk=60, num_events=5),),
            ),
        ),
    )
    made = bundle(study(adverse_events_module=module))
    where = "/resultsSection/adverseEventsModule"
    deaths = statistic(made, f"{where}/eventGroups/0/deathsNumAffected")
    assert (deaths["numberAffected"], deaths["sampleSize"]) == (2, {"knownDataCount": 60})
    fall = statistic(made, f"{where}/seriousEvents/0/stats/0")
    assert (fall["numberAffected"], fall["numberOfEvents"]) == (3, 5)


def test_the_flow_counts_participants_and_units() -> None:
    reached = FlowStats(
        group_id="FG000", num_subjects="30", num_units="60", comment="two eyes each"
    )
    period = FlowPeriod(
        title="All", milestones=(FlowMilestone(type="STARTED", achievements=(reached,)),)
    )
    module = ParticipantFlowModule(
        groups=(FlowGroup(id="FG000"),), periods=(period,), type_units_analyzed="Eyes"
    )
    where = "/resultsSection/participantFlowModule/periods/0/milestones/0/achievements/0"
    people, eyes = at(bundle(study(participant_flow_module=module)), where)["statistic"]
    assert (people["numberAffected"], people["note"]) == (30, [{"text": "two eyes each"}])
    assert eyes["quantity"] == {"value": 60, "unit": "Eyes"}


def test_several_studies_are_in_one_bundle() -> None:
    one = study(measure((30, 28), row("8", "3"), param_type="MEAN"))
    made = bundle(one, one, Study())
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    assert kinds.count("ResearchStudy") == 3
    assert bundle() == {
        "resourceType": "Bundle",
        "meta": {"tag": [{"display": "experimental"}]},
        "type": "collection",
    }


def test_the_ending_is_known_before_that_of_json() -> None:
    assert find_format_to_write("a.fhir.json").name == "fhir-evidence"
    assert find_format_to_write("a.json").name == "api-json"


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Group", "id": "a", "type": "person"},
        {"resourceType": "Group", "id": "a b", "type": "person", "membership": "enumerated"},
        {"resourceType": "Evidence", "id": "a", "status": "unknown", "variableDefinition": []},
        {"resourceType": "EvidenceVariable", "id": "a", "status": "final"},
        {"resourceType": "EvidenceVariable", "id": "a", "status": "draft", "timeFrame": "x"},
    ],
)
def test_the_structure_finds_what_is_wrong(resource: dict[str, Any]) -> None:
    assert list(faults(resource, resource["resourceType"], ""))
