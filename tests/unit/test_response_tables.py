"""Every line of every combination table, each by a timeline of lesions made for it."""

from itertools import product

import pytest
from tests.unit.response_timelines import NOTHING, Size, evaluated, participant, seen

from topline.trial.response import combination_tables as tables
from topline.trial.response.assessments import Assessment
from topline.trial.response.combination_tables import CombinationTable, Line, New
from topline.trial.response.criteria import Criteria
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R

TARGET_SIZES: dict[R, Size] = {
    R.COMPLETE: 0,
    R.PARTIAL: 50,
    R.STABLE: 90,
    R.PROGRESSION: 130,
    R.NOT_EVALUABLE: None,
}
NON_TARGET_STATES = {
    R.COMPLETE: "absent",
    R.NEITHER: "present",
    R.PROGRESSION: "unequivocal",
    R.NOT_EVALUABLE: "not assessed",
}
COMBINATIONS = [
    (criteria, table, line, target, non_target, new)
    for criteria in CRITERIA.values()
    for table in criteria.tables
    for line in table.lines
    for target, non_target, new in product(line.target, line.non_target, line.new)
]


def _timeline(target: R, non_target: R, new: New) -> tuple[Assessment, ...]:
    """Baseline, a visit with a new lesion where one must have been there before, and the visit judged."""
    others = {"NT01": "present"} if non_target is not R.NO_DISEASE else {}
    points = [seen(0, 100 if target is not R.NO_DISEASE else NOTHING, others=others)]
    state = {New.NO: {}, New.YES: {"NEW01": "present"}, New.PROGRESSED: {"NEW01": "increased"}}[new]
    points.append(
        seen(
            6,
            TARGET_SIZES[target] if target is not R.NO_DISEASE else NOTHING,
            others={"NT01": NON_TARGET_STATES[non_target]} if others else {},
            new=state,
        )
    )
    return tuple(points)


@pytest.mark.parametrize(
    ("criteria", "table", "line", "target", "non_target", "new"),
    COMBINATIONS,
    ids=[
        f"{criteria.name}, {line.source}: {target}, {non_target}, {new}"
        for criteria, _, line, target, non_target, new in COMBINATIONS
    ],
)
def test_every_line_by_a_timeline(
    criteria: Criteria, table: CombinationTable, line: Line, target: R, non_target: R, new: New
) -> None:
    found = evaluated(criteria, participant(*_timeline(target, non_target, new)))
    (point,) = found.time_points
    assert point.target is not None
    assert point.non_target is not None
    progressed = {R.PROGRESSION, R.UNCONFIRMED}
    assert point.target.response == target or {point.target.response, target} <= progressed
    assert point.non_target.response == non_target or {
        point.non_target.response, non_target,
    } <= progressed  # fmt: skip
    assert point.overall.response is line.overall, point.overall.reason


@pytest.mark.parametrize("criteria", CRITERIA.values(), ids=lambda one: one.name)
def test_a_table_covers_every_combination_and_its_lines_agree(criteria: Criteria) -> None:
    for table, targets in zip(
        criteria.tables, (list(TARGET_SIZES), [R.NO_DISEASE]), strict=True
    ):  # fmt: skip
        for target, non_target, new in product(targets, [*NON_TARGET_STATES, R.NO_DISEASE], New):
            if target is R.NO_DISEASE is non_target and new is New.PROGRESSED:
                continue  # what was never there cannot have progressed
            fitting = {line.overall for line in table.lines if line.fits(target, non_target, new)}
            assert len(fitting) == 1, (table.title, target, non_target, new, fitting)


# Eisenhauer 2009, tables 1 and 2, as printed, typed a second time: the data must say the same.
PRINTED = [
    ("CR", "CR", "no", "CR"),
    ("CR", "NON-CR/NON-PD", "no", "PR"),
    ("CR", "NE", "no", "PR"),
    ("PR", "CR NON-CR/NON-PD NE", "no", "PR"),
    ("SD", "CR NON-CR/NON-PD NE", "no", "SD"),
    ("NE", "CR NON-CR/NON-PD NE", "no", "NE"),
    ("PD", "CR NON-CR/NON-PD NE PD", "no yes", "PD"),
    ("CR PR SD NE PD", "PD", "no yes", "PD"),
    ("CR PR SD NE PD", "CR NON-CR/NON-PD NE PD", "yes", "PD"),
    ("ND", "CR", "no", "CR"),
    ("ND", "NON-CR/NON-PD", "no", "NON-CR/NON-PD"),
    ("ND", "NE", "no", "NE"),
    ("ND", "PD", "no yes", "PD"),
    ("ND", "CR NON-CR/NON-PD NE PD", "yes", "PD"),
]


@pytest.mark.parametrize(("target", "non_target", "new", "expected"), PRINTED)
def test_recist_tables_as_printed(target: str, non_target: str, new: str, expected: str) -> None:
    for one, other, lesions in product(target.split(), non_target.split(), new.split()):
        table = tables.RECIST_NON_TARGET if one == "ND" else tables.RECIST_TARGET
        assert table.line(R(one), R(other), New(lesions)).overall == expected
