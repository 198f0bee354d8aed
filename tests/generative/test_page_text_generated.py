"""Page text on generated records: whatever a record's texts hold, the page gives them back."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.errors import DocumentError
from topline.formats import page_text_labels
from topline.formats.document import Document
from topline.formats.page_text import FORMAT, page_text, read_page_text
from topline.formats.source import Source
from topline.record.protocol import (
    DateStruct,
    DesignModule,
    EnrollmentInfo,
    IdentificationModule,
    ProtocolSection,
    StatusModule,
)
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    BaselineCharacteristicsModule,
    BaselineMeasure,
    CertainAgreement,
    Denom,
    DenomCount,
    DropWithdraw,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    LimitationsAndCaveats,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    MoreInfoModule,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
    PointOfContact,
    ResultsSection,
)
from topline.record.study import Study

KEPT = re.compile("|".join(re.escape(kept).replace(r"\*", r"\d+") for kept in FORMAT.keeps))
OWN_LINES = sorted(
    value
    for name, value in vars(page_text_labels).items()
    if name.isupper() and isinstance(value, str)
)
DANGEROUS = [
    *OWN_LINES,
    *page_text_labels.EMPLOYEE.values(),
    *page_text_labels.RESTRICTED.values(),
    "|---|",
    "|---|---|",
    "PRIMARY outcome",
    "?x outcome",
    "n=5 Participants",
    "3 mg • n=5 Participants",
    "Serious events: 3 serious events",
    "Deaths: 1 deaths out of 3 at risk",
    "1/37 • Number of events 1",
    "Number of events 7",
    "a • b",
    "12 weeksPopulation: all",
    "3 yearsWill be",
    "x \\2",
    "x \\\\2",
    "id=FG009",
    "\\=5",
    "\\none",
    "5 to 6",
    "Standard Deviation 5",
    "",
    " ",
    "\r",
    "\\",
    "\\\\",
    "\\>5",
]

plain_lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=6)
dangerous_lines = st.builds(
    lambda before, line, after: before + line + after,
    st.sampled_from(["", "", "\\", "\\\\"]),
    st.sampled_from(DANGEROUS),
    st.sampled_from(["", "", "", "\\", " ", "x"]),
)
lines = st.sampled_from(["A", "B"]) | dangerous_lines | plain_lines
texts = lines | st.lists(lines, min_size=2, max_size=3).map("\n".join)
some_text = st.none() | texts
numbers = st.sampled_from(["0", "1", "5", "37", "1,234", "0.05", "<0.001", "NA"]) | texts
some_number = st.none() | numbers
units = st.sampled_from([None, "Participants", "Participants", "years"]) | some_text
dispersions = (
    st.sampled_from([None, "STANDARD_DEVIATION", "Standard Deviation", "95% Confidence Interval"])
    | some_text
)
counts = st.integers(min_value=0, max_value=40)
some_count = st.none() | counts | st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1)


def ids_of(prefix: str, most: int = 2) -> st.SearchStrategy[list[str]]:
    """Ids as the registry gives them, or any that tell groups apart."""
    usual = st.integers(0, most).map(lambda size: [f"{prefix}{at:03d}" for at in range(size)])
    return usual | st.lists(texts.filter(bool), max_size=most, unique=True)


def groups_of(
    group: Callable[..., Any], ids: list[str], **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(
        *(
            st.builds(group, id=st.just(id), title=some_text, description=some_text, **fields)
            for id in ids
        )
    )


def cells_of(
    cell: Callable[..., Any], ids: list[str], **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[Any, ...]]:
    """One cell for each group, or for some of them, in their order."""
    return st.tuples(
        *(st.none() | st.builds(cell, group_id=st.just(id), **fields) for id in ids)
    ).map(lambda cells: tuple(found for found in cells if found is not None))


def some(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


@st.composite
def flows(draw: st.DrawFn) -> ParticipantFlowModule:
    ids = draw(ids_of("FG"))
    stats = cells_of(
        FlowStats, ids, num_subjects=some_number, num_units=some_number, comment=some_text
    )
    milestone = st.builds(FlowMilestone, type=some_text, comment=some_text, achievements=stats)
    reason = st.builds(DropWithdraw, type=some_text, comment=some_text, reasons=stats)
    period = st.builds(
        FlowPeriod, title=some_text, milestones=some(milestone), drop_withdraws=some(reason)
    )
    return ParticipantFlowModule(
        pre_assignment_details=draw(some_text),
        recruitment_details=draw(some_text),
        type_units_analyzed=draw(some_text),
        groups=draw(groups_of(FlowGroup, ids)),
        periods=draw(some(period)),
    )


def denominators_of(ids: list[str]) -> st.SearchStrategy[tuple[Denom, ...]]:
    """Denominators as the registry has them: each for all groups."""
    count = st.tuples(
        *(st.builds(DenomCount, group_id=st.just(id), value=some_number) for id in ids)
    )
    denom = st.builds(Denom, units=units, counts=count)
    return some(denom) if ids else st.just(())


def classes_of(ids: list[str]) -> st.SearchStrategy[tuple[MeasureClass, ...]]:
    measurement = cells_of(
        Measurement,
        ids,
        value=some_number,
        spread=some_number,
        lower_limit=some_number,
        upper_limit=some_number,
        comment=some_text,
    )
    counted = st.tuples(
        *(st.builds(Measurement, group_id=st.just(id), value=counts.map(str)) for id in ids)
    )
    category = st.builds(MeasureCategory, title=some_text, measurements=measurement | counted)
    return some(
        st.builds(
            MeasureClass,
            title=some_text,
            denoms=st.just(()) | denominators_of(ids),
            categories=some(category),
        )
    )


@st.composite
def baselines(draw: st.DrawFn) -> BaselineCharacteristicsModule:
    ids = draw(ids_of("BG"))
    measure = st.builds(
        BaselineMeasure,
        title=some_text,
        param_type=st.sampled_from([None, "NUMBER", "MEAN", "COUNT_OF_PARTICIPANTS"]),
        dispersion_type=dispersions,
        unit_of_measure=units,
        classes=classes_of(ids),
    )
    return BaselineCharacteristicsModule(
        population_description=draw(some_text),
        type_units_analyzed=draw(some_text),
        groups=draw(groups_of(MeasureGroup, ids)),
        denoms=draw(denominators_of(ids)),
        measures=draw(some(measure, most=3)),
    )


@st.composite
def outcomes(draw: st.DrawFn) -> OutcomeMeasure:
    ids = draw(ids_of("OG"))
    return OutcomeMeasure(
        type=draw(st.sampled_from(["PRIMARY", "SECONDARY", "POST_HOC"]) | some_text),
        title=draw(some_text),
        description=draw(some_text),
        population_description=draw(some_text),
        reporting_status=draw(st.sampled_from(["POSTED", "NOT_POSTED"]) | some_text),
        anticipated_posting_date=draw(some_text),
        param_type=draw(st.sampled_from([None, "NUMBER", "COUNT_OF_PARTICIPANTS"])),
        dispersion_type=draw(dispersions),
        unit_of_measure=draw(units),
        time_frame=draw(some_text),
        type_units_analyzed=draw(some_text),
        groups=draw(groups_of(MeasureGroup, ids)),
        denoms=draw(denominators_of(ids)),
        classes=draw(classes_of(ids)),
    )


@st.composite
def events(draw: st.DrawFn) -> AdverseEventsModule:
    ids = draw(ids_of("EG"))
    stats = cells_of(
        EventStats, ids, num_events=some_count, num_affected=some_count, num_at_risk=some_count
    )
    event = st.builds(AdverseEvent, term=some_text, organ_system=some_text, stats=stats)
    totals = {
        f"{kind}_num_{number}": some_count
        for kind in ("deaths", "serious", "other")
        for number in ("affected", "at_risk")
    }
    return AdverseEventsModule(
        frequency_threshold=draw(some_text),
        time_frame=draw(some_text),
        description=draw(some_text),
        all_cause_mortality_comment=draw(some_text),
        event_groups=draw(groups_of(EventGroup, ids, **totals)),
        serious_events=draw(some(event)),
        other_events=draw(some(event)),
    )


answers = st.none() | st.booleans()
more = st.builds(
    MoreInfoModule,
    limitations_and_caveats=st.none() | st.builds(LimitationsAndCaveats, description=some_text),
    certain_agreement=st.none()
    | st.builds(
        CertainAgreement,
        pi_sponsor_employee=answers,
        restriction_type=some_text,
        restrictive_agreement=answers,
        other_details=some_text,
    ),
    point_of_contact=st.none()
    | st.builds(
        PointOfContact,
        title=some_text,
        organization=some_text,
        email=some_text,
        phone=some_text,
        phone_ext=some_text,
    ),
)
dates = st.none() | st.builds(DateStruct, date=some_text)
protocols = st.builds(
    ProtocolSection,
    identification_module=st.builds(IdentificationModule, nct_id=some_text, brief_title=some_text),
    status_module=st.builds(
        StatusModule,
        overall_status=some_text,
        last_update_post_date_struct=dates,
        results_first_post_date_struct=dates,
    ),
    design_module=st.builds(
        DesignModule,
        phases=st.none() | some(texts),
        enrollment_info=st.none() | st.builds(EnrollmentInfo, count=some_count),
    ),
)
outcome_modules = st.builds(OutcomeMeasuresModule, outcome_measures=some(outcomes()))


def leaves(part: Any, address: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a record by address, without empty texts: the page has none."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from leaves(value, f"{address}/{name}")
    elif isinstance(part, list | tuple):
        for place, value in enumerate(part):
            yield from leaves(value, f"{address}/{place}")
    elif part not in (None, ""):
        yield address, part


def kept(study: Study) -> dict[str, Any]:
    found = dict(leaves(msgspec.to_builtins(study)))
    return {address: value for address, value in found.items() if KEPT.fullmatch(address)}


def read_text(text: str) -> Document:
    return read_page_text(Source("made", io.BytesIO(text.encode())))


def check_round_trip(study: Study) -> None:
    text = page_text(Document(study=study, format="made", place="made"))
    document = read_text(text)
    expected, found = kept(study), kept(document.study)
    for address in found.keys() - expected.keys():
        if address.endswith("/reportingStatus"):
            del found[address]  # the page says whether there are data; a record may leave it out
    assert found == expected
    assert kept(read_text(page_text(document)).study) == kept(document.study)


@settings(max_examples=150)
@given(protocol=protocols)
def test_the_opening_comes_back(protocol: ProtocolSection) -> None:
    check_round_trip(Study(protocol_section=protocol))


@settings(max_examples=200)
@given(module=flows())
def test_any_participant_flow_comes_back(module: ParticipantFlowModule) -> None:
    check_round_trip(Study(results_section=ResultsSection(participant_flow_module=module)))


@settings(max_examples=300)
@given(module=baselines())
def test_any_baseline_comes_back(module: BaselineCharacteristicsModule) -> None:
    check_round_trip(Study(results_section=ResultsSection(baseline_characteristics_module=module)))


@settings(max_examples=300)
@given(module=outcome_modules)
def test_any_outcome_measures_come_back(module: OutcomeMeasuresModule) -> None:
    check_round_trip(Study(results_section=ResultsSection(outcome_measures_module=module)))


@settings(max_examples=200)
@given(module=events())
def test_any_adverse_events_come_back(module: AdverseEventsModule) -> None:
    check_round_trip(Study(results_section=ResultsSection(adverse_events_module=module)))


@settings(max_examples=150)
@given(module=more)
def test_any_additional_information_comes_back(module: MoreInfoModule) -> None:
    check_round_trip(Study(results_section=ResultsSection(more_info_module=module)))


@settings(max_examples=60)
@given(
    protocol=protocols,
    flow=flows(),
    baseline=baselines(),
    outcome=outcome_modules,
    event=events(),
    information=more,
)
def test_all_parts_of_a_page_come_back_together(
    protocol: ProtocolSection,
    flow: ParticipantFlowModule,
    baseline: BaselineCharacteristicsModule,
    outcome: OutcomeMeasuresModule,
    event: AdverseEventsModule,
    information: MoreInfoModule,
) -> None:
    results = ResultsSection(
        participant_flow_module=flow,
        baseline_characteristics_module=baseline,
        outcome_measures_module=outcome,
        adverse_events_module=event,
        more_info_module=information,
    )
    check_round_trip(Study(protocol_section=protocol, results_section=results))


@settings(max_examples=300)
@given(body=st.lists(dangerous_lines | plain_lines, max_size=40).map("\n".join))
def test_any_lines_below_a_title_are_read_or_refused(body: str) -> None:
    text = f"Trial Outcomes & Findings for A Trial\n{body}"
    for allow_incomplete in (False, True):
        source = Source("made", io.BytesIO(text.encode()))
        try:
            document = read_page_text(source, allow_incomplete=allow_incomplete)
        except DocumentError:
            continue
        assert page_text(document)


@pytest.mark.parametrize("kept_address", FORMAT.keeps)
def test_every_declared_address_is_one_of_the_record(kept_address: str) -> None:
    node: Any = Study
    for name in kept_address.strip("/").split("/"):
        if name == "*":
            continue
        fields = {field.encode_name: field for field in msgspec.structs.fields(node)}
        node = _inner(fields[name].type)
    assert node in (str, int, bool)


def _inner(annotation: Any) -> Any:
    """The type of a node or leaf inside ``tuple[…, ...] | None``."""
    for found in getattr(annotation, "__args__", ()):
        if found not in (type(None), Ellipsis):
            return _inner(found)
    return annotation
