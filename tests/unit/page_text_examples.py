"""A made-up page in both variants of the form, and how tests read it."""

import io

import pytest

from topline.errors import DocumentError
from topline.formats.document import Document
from topline.formats.page_text import read_page_text
from topline.formats.source import Source
from topline.record.addresses import value_at

PAGE = """\
Trial Outcomes & Findings for Tea Against Colds (NCT NCT00000001)
NCT ID: NCT00000001
Last Updated: 2021-03-04
Results Overview
Days with a runny nose, from a diary.
COMPLETED
PHASE2/PHASE3
40 participants
14 days
2021-03-04
Participant Flow
Recruited in one town.
All drank tea before.
Unit of analysis: Noses
Participant milestones
| Measure |
Tea
Black tea
Three cups a day
|
Water
|
|---|---|---|
|
First Week
STARTED
|
20 20
|
20 20
|
|
First Week
COMPLETED
|
18 18
|
19 19
|
|
Second Week
STARTED
|
18 18
|
19 19
|
Reasons for withdrawal
| Measure |
Tea
Black tea
Three cups a day
|
Water
|
|---|---|---|
|
First Week
Lost to Follow-up
|
2 2
|
1 1
|
Baseline Characteristics
Tea Against Colds
Baseline characteristics by cohort
| Measure |
Tea
n=20 Participants
Black tea
|
Water
n=20 Participants
|
Total
n=40 Participants
Total of all reporting groups
|
|---|---|---|---|
|
Age, Continuous
|
40.1 years
STANDARD_DEVIATION 9.0 • n=5 Participants
|
41.5 years
STANDARD_DEVIATION 8.5 • n=7 Participants
|
40.8 years
STANDARD_DEVIATION 8.8 • n=5 Participants
|
|
Sex: Female, Male
Female
|
12 Participants
n=5 Participants
|
11 Participants
n=7 Participants
|
23 Participants
n=5 Participants
|
|
Sex: Female, Male
Male
|
8 Participants
n=5 Participants
|
9 Participants
n=7 Participants
|
17 Participants
n=5 Participants
|
PRIMARY outcome
Timeframe: 14 daysPopulation: All who kept the diary.
Days with a runny nose, from a diary.
Outcome measures
| Measure |
Tea
n=18 Participants
|
Water
n=19 Participants
|
|---|---|---|
|
Days With a Runny Nose
|
4.5 days
Interval 3.9 to 5.1
|
5.0 days
Interval 4.4 to 5.6
|
POST_HOC outcome
Timeframe: 14 daysPopulation: Not measured.
Outcome measures
Outcome data not reported
Adverse Events
Tea
Water
Serious adverse events
| Measure |
Tea
n=20 participants at risk
Black tea
|
Water
n=20 participants at risk
|
|---|---|---|
Other adverse events
| Measure |
Tea
n=20 participants at risk
Black tea
|
Water
n=20 participants at risk
|
|---|---|---|
|
Nervous system disorders
Insomnia
|
25.0%
5/20 • Number of events 7 • 14 days • Asked every evening
|
0.00%
0/20 • Number of events 0 • 14 days • Asked every evening
|
Additional Information
Results disclosure agreements
- Principal investigator is not a sponsor employee
- No publication restrictions are in place
"""

PLAIN = """\
Trial Outcomes & Findings for Tea Against Colds (NCT NCT00000001)

NCT ID: NCT00000001

Last Updated: 2021-03-04

Results Overview

Days with a runny nose, from a diary.

Recruitment status

COMPLETED

Study phase

PHASE2/PHASE3

Target enrollment

40 participants

Primary outcome timeframe

14 days

Results posted on

2021-03-04

Participant Flow

Recruited in one town.

All drank tea before.

Participant milestones

Participant milestones
Measure
Tea
Black tea
Water
Tap water
First Week
STARTED
20
20
First Week
COMPLETED
18
19

Reasons for withdrawal

Reasons for withdrawal
Measure
Tea
Black tea
Water
Tap water
First Week
Lost to Follow-up
2
1

Baseline Characteristics

Tea Against Colds

Baseline characteristics by cohort

Baseline characteristics by cohort
Measure
Tea
n=20 Participants
Black tea
Water
n=20 Participants
Tap water
Total
n=40 Participants
Total of all reporting groups
Age, Continuous
40.1 years
STANDARD_DEVIATION 9.0 • n=5 Participants
41.5 years
STANDARD_DEVIATION 8.5 • n=7 Participants
40.8 years
STANDARD_DEVIATION 8.8 • n=5 Participants
Sex: Female, Male
Female
12 Participants
n=5 Participants
11 Participants
n=7 Participants
23 Participants
n=5 Participants
Sex: Female, Male
Male
8 Participants
n=5 Participants
9 Participants
n=7 Participants
17 Participants
n=5 Participants

PRIMARY outcome

Timeframe: 14 days

Population: All who kept the diary.

Days with a runny nose, from a diary.

Outcome measures

Outcome measures
Measure
Tea
n=18 Participants
Black tea
Water
n=19 Participants
Tap water
Days With a Runny Nose
First week
3.5 days
Interval 2.9 to 4.1
4.0 days
Interval 3.4 to 4.6
Days With a Runny Nose
Second week
1.0 days
Interval 0.5 to 1.5
NA days

Adverse Events

Tea

Water

Serious adverse events

Adverse event data not reported

Other adverse events

Other adverse events
Measure
Tea
n=20 participants at risk
Black tea
Water
n=20 participants at risk
Tap water
Nervous system disorders
Insomnia
25.0%
5/20 • Number of events 7 • 14 days
0.00%
0/20 • Number of events 0 • 14 days

Additional Information

Results disclosure agreements

- Principal investigator is a sponsor employee
- Publication restrictions are in place
"""

FLOW = "/resultsSection/participantFlowModule"
BASELINE = "/resultsSection/baselineCharacteristicsModule"
OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
EVENTS = "/resultsSection/adverseEventsModule"


def read(text: str | bytes, *, allow_incomplete: bool = False) -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return read_page_text(Source("tea.txt", io.BytesIO(data)), allow_incomplete=allow_incomplete)


def refused(text: str | bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return caught.value


def at(document: Document, *addresses: str) -> list[object]:
    return [value_at(document.study, address) for address in addresses]


def line_of(problem: DocumentError) -> int:
    """The line that an error names."""
    name, _, line = (problem.where or "").partition(", line ")
    assert name == "tea.txt"
    return int(line)
