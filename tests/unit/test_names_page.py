"""docs/reference/names.md is the law for field names, in both directions."""

import dataclasses
import re
from pathlib import Path

import msgspec
import pytest

from topline.analysis.derive.derivation import Derived, DerivedEstimate, Range, Refusal
from topline.analysis.verification import Comparison, Tally, Verification
from topline.record import results
from topline.record.cells import Cell, Text
from topline.record.correspondence import Correspondence
from topline.record.difference import Difference
from topline.record.group_relations import AnalyzedGroup, GroupRelation
from topline.record.intervals import Interval
from topline.record.node import Node
from topline.record.values import Bound, NotANumber, Number, Unreadable
from topline.stats.estimate import Estimate, Test
from topline.trial.response.assessments import Participant
from topline.trial.response.best_overall_response import BestResponse
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.responses import TargetCall, TimePoint
from topline.trial.response.time_to_event import EventTime

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "names.md"


def _listed(heading: str) -> list[str]:
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = (part for part in sections if part.startswith(f"{heading}\n"))
    return re.findall(r"^\| `(\w+)` \| \S", section, flags=re.MULTILINE)


def _struct_fields(*types: type[msgspec.Struct]) -> set[str]:
    return {field.name for kind in types for field in msgspec.structs.fields(kind)}


def _dataclass_fields(*types: type) -> set[str]:
    return {field.name for kind in types for field in dataclasses.fields(kind)}


RESULT_TYPES = tuple(
    kind
    for kind in vars(results).values()
    if isinstance(kind, type) and issubclass(kind, Node) and kind is not Node
)


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Fields of the results section", _struct_fields(*RESULT_TYPES)),
        (
            "Fields of cells, values, intervals and differences",
            _struct_fields(Cell, Text, Difference)
            | _dataclass_fields(Interval, Number, Bound, NotANumber, Unreadable),
        ),
        (
            "Fields of verifications",
            _struct_fields(Correspondence, Comparison, Tally, Verification),
        ),
        ("Fields of estimates and tests", _dataclass_fields(Estimate, Test)),
        (
            "Fields of tumour response",
            _dataclass_fields(
                Participant, TargetCall, TimePoint, BestResponse, EventTime, ParticipantResponse
            )
            | {"days"},
        ),
        (
            "Fields of derived estimates and of relations between groups",
            _dataclass_fields(
                DerivedEstimate, Refusal, Derived, Range, GroupRelation, AnalyzedGroup
            ),
        ),
    ],
)
def test_the_page_lists_every_field_and_no_other(heading: str, names: set[str]) -> None:
    listed = _listed(heading)
    assert sorted(listed) == sorted(names)
