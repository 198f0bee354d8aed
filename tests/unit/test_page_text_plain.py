"""The plain variant of page text: read like the one with table marks, or refused."""

import pytest
from tests.unit.page_text_examples import (
    BASELINE,
    EVENTS,
    FLOW,
    OUTCOMES,
    PAGE,
    PLAIN,
    at,
    line_of,
    read,
    refused,
)


def test_the_plain_variant_reads_as_the_one_with_marks() -> None:
    document = read(PLAIN)
    plain, marked = document.study, read(PAGE).study
    assert plain.protocol_section == marked.protocol_section
    assert at(
        document,
        f"{FLOW}/preAssignmentDetails",
        f"{FLOW}/groups/1/description",
        f"{FLOW}/periods/0/milestones/1/achievements/1/numSubjects",
        f"{FLOW}/periods/0/dropWithdraws/0/reasons/0/numSubjects",
        f"{BASELINE}/groups/2/title",
        f"{BASELINE}/denoms/0/counts/2/value",
        f"{BASELINE}/measures/1/classes/0/categories/1/measurements/2/value",
        f"{OUTCOMES}/0/timeFrame",
        f"{OUTCOMES}/0/populationDescription",
        f"{OUTCOMES}/0/description",
        f"{OUTCOMES}/0/denoms/0/counts/1/value",
        f"{OUTCOMES}/0/groups/1/description",
        f"{OUTCOMES}/0/classes/1/title",
        f"{OUTCOMES}/0/classes/1/categories/0/measurements/0/upperLimit",
        f"{OUTCOMES}/0/classes/1/categories/0/measurements/1/value",
        f"{EVENTS}/otherEvents/0/stats/0/numEvents",
        f"{EVENTS}/eventGroups/1/otherNumAtRisk",
        f"{EVENTS}/timeFrame",
        "/resultsSection/moreInfoModule/certainAgreement/restrictiveAgreement",
    ) == [
        "All drank tea before.",
        "Tap water",
        "19",
        "2",
        "Total",
        "40",
        "17",
        "14 days",
        "All who kept the diary.",
        "Days with a runny nose, from a diary.",
        "19",
        "Tap water",
        "Second week",
        "1.5",
        "NA",
        7,
        20,
        "14 days",
        True,
    ]


@pytest.mark.parametrize(
    ("found", "instead", "at_line"),
    [
        ("Black tea\nWater\nTap water\nFirst", "Water\nTap water\nFirst", "Tea"),
        ("18\n19\n\nReasons", "18\n\nReasons", "18"),
        ("n=7 Participants\n23", "23", "Tea"),
        ("NA days\n", "NA days\nmore\n", "Tap water"),
        ("Insomnia\n", "", "25.0%"),
    ],
)
def test_a_plain_table_that_is_not_clear_is_refused(found: str, instead: str, at_line: str) -> None:
    assert PLAIN.count(found) >= 1
    text = PLAIN.replace(found, instead, 1)
    problem = refused(text)
    assert text.split("\n")[line_of(problem) - 1] == at_line
    assert "not clear" in problem.message
