"""In what words a text stands: those that name a part say which kind of part."""

from typing import Any

import msgspec
import pytest

from topline.record.cells import leaves
from topline.record.study import Study
from topline.render.whereabouts import leaf_words

GROUP = {"id": "OG000", "title": "Placebo", "description": "Tablets"}
RESULTS: dict[str, Any] = {
    "participantFlowModule": {
        "groups": [GROUP],
        "periods": [
            {
                "title": "Year 1",
                "milestones": [
                    {
                        "type": "STARTED",
                        "achievements": [{"groupId": "OG000", "comment": "One later"}],
                    }
                ],
                "dropWithdraws": [{"type": "Death"}],
            }
        ],
    },
    "outcomeMeasuresModule": {
        "outcomeMeasures": [
            {
                "title": "Pain",
                "groups": [GROUP],
                "classes": [
                    {
                        "title": "Week 4",
                        "categories": [
                            {
                                "title": "Severe",
                                "measurements": [{"groupId": "OG000", "comment": "None came"}],
                            }
                        ],
                    }
                ],
            }
        ]
    },
    "adverseEventsModule": {"eventGroups": [GROUP]},
}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("participantFlowModule/groups/0/title", "Participant flow > group title"),
        ("participantFlowModule/groups/0/id", "Participant flow > group id"),
        ("participantFlowModule/groups/0/description", "Participant flow > Placebo > description"),
        ("participantFlowModule/periods/0/title", "Participant flow > period title"),
        (
            "participantFlowModule/periods/0/milestones/0/type",
            "Participant flow > Year 1 > milestone title",
        ),
        (
            "participantFlowModule/periods/0/milestones/0/achievements/0/comment",
            "Participant flow > Year 1 > STARTED > Placebo > comment",
        ),
        (
            "participantFlowModule/periods/0/dropWithdraws/0/type",
            "Participant flow > Year 1 > reason not completed",
        ),
        ("outcomeMeasuresModule/outcomeMeasures/0/title", "Outcome measures > title"),
        (
            "outcomeMeasuresModule/outcomeMeasures/0/groups/0/title",
            "Outcome measures > Pain > group title",
        ),
        (
            "outcomeMeasuresModule/outcomeMeasures/0/classes/0/title",
            "Outcome measures > Pain > row title",
        ),
        (
            "outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/title",
            "Outcome measures > Pain > Week 4 > category title",
        ),
        (
            "outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/0/comment",
            "Outcome measures > Pain > Week 4 > Severe > Placebo > comment",
        ),
        ("adverseEventsModule/eventGroups/0/title", "Adverse events > group title"),
    ],
)
def test_a_text_says_of_what_it_is(address: str, words: str) -> None:
    study = msgspec.convert({"resultsSection": RESULTS}, Study)
    found = {leaf.address: " > ".join(leaf_words(leaf)) for leaf in leaves(study)}
    assert found[f"/resultsSection/{address}"] == words
