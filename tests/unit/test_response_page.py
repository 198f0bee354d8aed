"""The reference page of tumour response names all there is."""

from dataclasses import fields

from docs.response_page import response_page

from topline.trial.response.frames import PARAMETERS
from topline.trial.response.reading_sources import ResponseData
from topline.trial.response.registry import CRITERIA
from topline.trial.response.rules import ResponseRules
from topline.trial.response.time_to_event import CENSORING, TITLES, CensoringRules


def test_every_criterion_line_choice_and_parameter() -> None:
    page = response_page()
    names = [*CRITERIA, *CENSORING, *PARAMETERS, *TITLES]
    names += [
        one.name for kind in (ResponseRules, CensoringRules, ResponseData) for one in fields(kind)
    ]
    assert [name for name in names if f"`{name}`" not in page] == []
    rows = page.splitlines()
    for criteria in CRITERIA.values():
        for table in criteria.tables:
            for line in table.lines:
                assert any(row.startswith(f"| {line.source} |") for row in rows), line.source
