"""One small good document of each form that is read, to be spoilt by the tests."""

import json
from dataclasses import dataclass

from tests.unit.page_text_examples import PAGE

from topline.formats.registry import FORMATS


@dataclass(frozen=True)
class Sample:
    """A good document.

    Attributes
    ----------
    data
        The document.
    ending
        The usual ending of its name.
    text
        A text in it.
    count
        A count in it, as it is written.
    reference
        A reference to a group, as it is written; none where the form has no ids.
    group
        The group referred to, whole.
    """

    data: bytes
    ending: str
    text: bytes
    count: bytes
    reference: bytes = b""
    group: bytes = b""

    def with_text(self, text: bytes) -> bytes:
        """Put something else in the place of the text."""
        return self.data.replace(self.text, text)

    def with_count(self, count: bytes) -> bytes:
        """Put something else in the place of the count's digits."""
        return self.data.replace(self.count, self.count.replace(b"17", count))


_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'

_PUBLIC = Sample(
    _DECLARATION
    + b"""<clinical_study>
<required_header><url>here</url></required_header>
<id_info><nct_id>NCT00000001</nct_id></id_info>
<brief_title>Tea</brief_title>
<clinical_results><reported_events><time_frame>8 weeks</time_frame>
<group_list><group group_id="E1"><title>Green tea</title></group></group_list>
<serious_events><category_list><category><title>Eye disorders</title><event_list><event>
<sub_title>Fever</sub_title><counts group_id="E1" subjects_affected="17" subjects_at_risk="40"/>
</event></event_list></category></category_list></serious_events>
</reported_events></clinical_results></clinical_study>""",
    ".xml",
    text=b"8 weeks",
    count=b'affected="17"',
    reference=b'counts group_id="E1"',
    group=b'<group group_id="E1"><title>Green tea</title></group>',
)

_UPLOAD = Sample(
    _DECLARATION
    + b"""<rrs:result xmlns:rrs="http://clinicaltrials.gov/rrs"><outcomeMeasures/>
<reportedEvents><timeFrame>8 weeks</timeFrame><interventionGroups>
<interventionGroup id="EG000"><title>Green tea</title></interventionGroup>
</interventionGroups><seriousAdverseEvents><seriousEvent><term>Fever</term>
<organSystemName>Eye disorders</organSystemName><adverseEventStats><eventStats>
<reportingGroupId>EG000</reportingGroupId><numSubjectsAffected>17</numSubjectsAffected>
</eventStats></adverseEventStats></seriousEvent></seriousAdverseEvents></reportedEvents>
</rrs:result>""",
    ".xml",
    text=b"8 weeks",
    count=b"Affected>17<",
    reference=b"<reportingGroupId>EG000",
    group=b'<interventionGroup id="EG000"><title>Green tea</title></interventionGroup>',
)

_EUDRACT = Sample(
    _DECLARATION
    + b"""<aev:adverseEvents
xmlns:aev="http://eudract.ema.europa.eu/schema/clinical_trial_result/adverse_events">
<timeFrame>8 weeks</timeFrame><reportingGroups>
<reportingGroup id="G-1"><title>Green tea</title></reportingGroup></reportingGroups>
<seriousAdverseEvents><seriousAdverseEvent><term>Fever</term><values>
<value reportingGroupId="G-1"><occurrences>17</occurrences></value>
</values></seriousAdverseEvent></seriousAdverseEvents></aev:adverseEvents>""",
    ".xml",
    text=b"8 weeks",
    count=b"<occurrences>17<",
    reference=b'GroupId="G-1"',
    group=b'<reportingGroup id="G-1"><title>Green tea</title></reportingGroup>',
)

_JSON = {
    "protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "Tea"}},
    "resultsSection": {
        "adverseEventsModule": {
            "timeFrame": "8 weeks",
            "eventGroups": [{"id": "EG000", "title": "Green tea"}],
            "seriousEvents": [
                {"term": "Fever", "stats": [{"groupId": "EG000", "numAffected": 17}]}
            ],
        }
    },
    "hasResults": True,
}

_ANSWER = {
    "FullStudiesResponse": {
        "APIVrs": "1.01.05",
        "FullStudies": [
            {
                "Rank": 1,
                "Study": {
                    "ProtocolSection": {"IdentificationModule": {"NCTId": "NCT00000001"}},
                    "ResultsSection": {
                        "AdverseEventsModule": {
                            "EventsTimeFrame": "8 weeks",
                            "EventGroupList": {
                                "EventGroup": [
                                    {"EventGroupId": "EG000", "EventGroupTitle": "Green tea"}
                                ]
                            },
                            "SeriousEventList": {
                                "SeriousEvent": [
                                    {
                                        "SeriousEventTerm": "Fever",
                                        "SeriousEventStatsList": {
                                            "SeriousEventStats": [
                                                {
                                                    "SeriousEventStatsGroupId": "EG000",
                                                    "SeriousEventStatsNumAffected": "17",
                                                }
                                            ]
                                        },
                                    }
                                ]
                            },
                        }
                    },
                },
            }
        ],
    }
}

SAMPLES = {
    "v1-json": Sample(
        json.dumps(_ANSWER).encode(),
        ".json",
        text=b"8 weeks",
        count=b'NumAffected": "17"',
        reference=b'StatsGroupId": "EG000"',
        group=b'{"EventGroupId": "EG000", "EventGroupTitle": "Green tea"}',
    ),
    "legacy-xml": _PUBLIC,
    "api-json": Sample(
        json.dumps(_JSON, indent=1).encode(),
        ".json",
        text=b"8 weeks",
        count=b'"numAffected": 17',
        reference=b'"groupId": "EG000"',
        group=b'{\n     "id": "EG000",\n     "title": "Green tea"\n    }',
    ),
    "api-ndjson": Sample(
        json.dumps(_JSON).encode(),
        ".ndjson",
        text=b"8 weeks",
        count=b'"numAffected": 17',
        reference=b'"groupId": "EG000"',
        group=b'{"id": "EG000", "title": "Green tea"}',
    ),
    "page-text": Sample(
        PAGE.replace("18 18", "17 17").encode(),
        ".txt",
        text=b"Recruited in one town.",
        count=b"17 17",
    ),
    "eudract-xml": _EUDRACT,
    "prs-xml": _UPLOAD,
}
"""By the name of the format."""

READ = [name for name, format in FORMATS.items() if format.read is not None]
XML = [name for name in READ if SAMPLES[name].data.startswith(b"<")]
JSON = [name for name in READ if SAMPLES[name].data.startswith(b"{")]
