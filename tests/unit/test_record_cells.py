"""Cells and texts: every leaf once, with its address, groups, context, comment and unit."""

from typing import Any

import msgspec
import pytest

from topline.record import results
from topline.record.addresses import value_at
from topline.record.cells import _NUMBERS, Cell, CellKind, Module, cells, leaves, texts
from topline.record.node import Node
from topline.record.study import Study
from topline.record.values import NotANumber

STUDY = msgspec.convert(
    {
        "resultsSection": {
            "participantFlowModule": {
                "typeUnitsAnalyzed": "eyes",
                "groups": [{"id": "FG000", "title": "Drug", "description": "10 mg"}],
                "periods": [
                    {
                        "title": "Overall Study",
                        "milestones": [
                            {
                                "type": "STARTED",
                                "achievements": [
                                    {
                                        "groupId": "FG000",
                                        "numSubjects": "37",
                                        "numUnits": "70",
                                        "comment": "all eligible",
                                    }
                                ],
                            }
                        ],
                        "dropWithdraws": [
                            {
                                "type": "Death",
                                "reasons": [{"groupId": "FG000", "numSubjects": "2"}],
                            }
                        ],
                    }
                ],
            },
            "baselineCharacteristicsModule": {
                "groups": [{"id": "BG000", "title": "Drug"}],
                "denoms": [
                    {"units": "Participants", "counts": [{"groupId": "BG000", "value": "37"}]}
                ],
                "measures": [
                    {
                        "title": "Sex",
                        "paramType": "COUNT_OF_PARTICIPANTS",
                        "unitOfMeasure": "Participants",
                        "classes": [
                            {
                                "categories": [
                                    {
                                        "title": "Female",
                                        "measurements": [{"groupId": "BG000", "value": "11"}],
                                    }
                                ]
                            }
                        ],
                    }
                ],
            },
            "outcomeMeasuresModule": {
                "outcomeMeasures": [
                    {
                        "type": "PRIMARY",
                        "title": "Overall survival",
                        "paramType": "MEDIAN",
                        "unitOfMeasure": "months",
                        "calculatePct": False,
                        "groups": [
                            {"id": "OG000", "title": "Drug"},
                            {"id": "OG001", "title": "Placebo"},
                        ],
                        "classes": [
                            {
                                "title": "Week 12",
                                "denoms": [
                                    {
                                        "units": "Participants",
                                        "counts": [{"groupId": "OG001", "value": "20"}],
                                    }
                                ],
                                "categories": [
                                    {
                                        "measurements": [
                                            {
                                                "groupId": "OG000",
                                                "value": "17.1",
                                                "lowerLimit": "6.2",
                                                "upperLimit": "NA",
                                                "comment": "not reached",
                                            },
                                            {"groupId": "OG009", "value": "3"},
                                        ]
                                    }
                                ],
                            }
                        ],
                        "analyses": [
                            {
                                "groupIds": ["OG000", "OG001"],
                                "pValue": "<0.001",
                                "pValueComment": "not adjusted",
                                "paramType": "Hazard Ratio (HR)",
                                "paramValue": "0.80",
                                "ciPctValue": "95",
                            }
                        ],
                    }
                ]
            },
            "adverseEventsModule": {
                "frequencyThreshold": "5",
                "eventGroups": [{"id": "EG000", "title": "Drug", "seriousNumAtRisk": 37}],
                "seriousEvents": [
                    {
                        "term": "Anaemia",
                        "organSystem": "Blood and lymphatic system disorders",
                        "stats": [{"groupId": "EG000", "numEvents": 3, "numAffected": 2}],
                    }
                ],
            },
            "moreInfoModule": {"certainAgreement": {"piSponsorEmployee": True}},
        }
    },
    Study,
)

CELLS = {cell.address.removeprefix("/resultsSection/"): cell for cell in cells(STUDY)}
OUTCOME = "outcomeMeasuresModule/outcomeMeasures/0"


def test_a_record_without_results_has_no_cells() -> None:
    assert list(cells(Study(has_results=False))) == []


def test_a_milestone_cell_has_its_period_and_milestone_around_it() -> None:
    started = "participantFlowModule/periods/0/milestones/0/achievements/0"
    assert CELLS[f"{started}/numSubjects"] == Cell(
        address=f"/resultsSection/{started}/numSubjects",
        module=Module.PARTICIPANT_FLOW,
        kind=CellKind.PARTICIPANTS,
        text="37",
        group_ids=("FG000",),
        group_titles=("Drug",),
        context=("Overall Study", "STARTED"),
        comment="all eligible",
        unit="participants",
        exact=True,
    )
    assert CELLS[f"{started}/numUnits"].unit == "eyes"


def test_a_measurement_has_measure_class_and_category_around_it() -> None:
    sex = CELLS[
        "baselineCharacteristicsModule/measures/0/classes/0/categories/0/measurements/0/value"
    ]
    assert (sex.context, sex.kind, sex.exact) == (("Sex", "Female"), CellKind.VALUE, True)
    median = CELLS[f"{OUTCOME}/classes/0/categories/0/measurements/0/value"]
    assert (median.context, median.unit, median.exact) == (
        ("Overall survival", "Week 12"),
        "months",
        False,
    )


def test_the_comment_of_a_measurement_travels_with_each_of_its_numbers() -> None:
    upper = CELLS[f"{OUTCOME}/classes/0/categories/0/measurements/0/upperLimit"]
    assert upper.value() == NotANumber("NA", "not reached")
    assert upper.interval() is None


def test_counts_are_exact_and_estimates_are_intervals() -> None:
    count = CELLS["baselineCharacteristicsModule/denoms/0/counts/0/value"]
    assert (count.kind, str(count.interval())) == (CellKind.DENOMINATOR, "[37, 37]")
    assert str(CELLS[f"{OUTCOME}/analyses/0/paramValue"].interval()) == "[0.795, 0.805]"
    assert str(CELLS[f"{OUTCOME}/analyses/0/pValue"].interval()) == "(-∞, 0.001)"


def test_a_denominator_of_a_class_stands_under_the_class() -> None:
    row = CELLS[f"{OUTCOME}/classes/0/denoms/0/counts/0/value"]
    assert (row.context, row.unit, row.group_titles) == (
        ("Overall survival", "Week 12"),
        "Participants",
        ("Placebo",),
    )


def test_an_analysis_speaks_of_all_groups_it_compares() -> None:
    p_value = CELLS[f"{OUTCOME}/analyses/0/pValue"]
    assert p_value.group_ids == ("OG000", "OG001")
    assert p_value.group_id is None
    assert p_value.context == ("Overall survival", "Statistical Analysis 1")
    assert p_value.comment == "not adjusted"


def test_a_group_that_the_record_does_not_define_keeps_its_id_without_a_title() -> None:
    stray = CELLS[f"{OUTCOME}/classes/0/categories/0/measurements/1/value"]
    assert (stray.group_id, stray.group_titles) == ("OG009", (None,))


def test_adverse_event_cells_have_table_organ_system_and_term_around_them() -> None:
    row = CELLS["adverseEventsModule/seriousEvents/0/stats/0/numEvents"]
    assert row.context == (
        "Serious Adverse Events",
        "Blood and lymphatic system disorders",
        "Anaemia",
    )
    assert (row.text, row.kind, row.unit) == ("3", CellKind.EVENTS, "events")
    total = CELLS["adverseEventsModule/eventGroups/0/seriousNumAtRisk"]
    assert (total.context, total.kind, total.group_titles) == (
        ("Serious Adverse Events",),
        CellKind.AT_RISK,
        ("Drug",),
    )
    assert CELLS["adverseEventsModule/frequencyThreshold"].unit == "percent"


def test_texts_have_their_field_and_stand_under_the_titles_around_them() -> None:
    found = {
        text.address.removeprefix("/resultsSection/"): (text.field, text.text, text.context)
        for text in texts(STUDY)
    }
    assert found[f"{OUTCOME}/title"] == ("title", "Overall survival", ())
    assert found[f"{OUTCOME}/type"] == ("type", "PRIMARY", ("Overall survival",))
    assert found[f"{OUTCOME}/calculatePct"] == ("calculate_pct", "false", ("Overall survival",))
    assert found["participantFlowModule/groups/0/description"] == ("description", "10 mg", ())
    assert found["moreInfoModule/certainAgreement/piSponsorEmployee"] == (
        "pi_sponsor_employee",
        "true",
        (),
    )


def test_cells_and_texts_are_every_leaf_but_the_references_to_groups() -> None:
    addresses = [leaf.address for leaf in leaves(STUDY)]
    assert len(addresses) == len(set(addresses))
    assert set(addresses) == set(
        _leaf_addresses(msgspec.json.decode(msgspec.json.encode(STUDY)), "")
    )


def _leaf_addresses(tree: Any, address: str) -> list[str]:
    if isinstance(tree, dict):
        return [
            found
            for name, child in tree.items()
            if name not in ("groupId", "groupIds")
            for found in _leaf_addresses(child, f"{address}/{name}")
        ]
    if isinstance(tree, list):
        return [
            found
            for position, child in enumerate(tree)
            for found in _leaf_addresses(child, f"{address}/{position}")
        ]
    return [address]


def test_a_cell_s_text_is_what_stands_at_its_address() -> None:
    for leaf in leaves(STUDY):
        posted = value_at(STUDY, leaf.address)
        assert leaf.text == (str(posted).lower() if isinstance(posted, bool) else str(posted))


NUMERIC_WORDS = ("num_", "value", "spread", "limit", "threshold")
TEXTS_WITH_NUMERIC_NAMES = {
    "ci_num_sides",  # a code
    "p_value_comment",
    "ci_lower_limit_comment",
    "ci_upper_limit_comment",
    "limitations_and_caveats",
}


@pytest.mark.parametrize(
    "node_type",
    [kind for kind in vars(results).values() if isinstance(kind, type) and issubclass(kind, Node)],
)
def test_a_field_whose_name_says_number_is_a_cell(node_type: type[Node]) -> None:
    """A field added to the types must be sorted into numbers or texts."""
    named = {
        field.name
        for field in msgspec.structs.fields(node_type)
        if any(word in field.name for word in NUMERIC_WORDS)
    }
    assert named - TEXTS_WITH_NUMERIC_NAMES == set(_NUMBERS.get(node_type, {}))
