"""Made-up records to derive from: two arms, one outcome measure."""

from collections.abc import Sequence
from typing import Any

from topline.record import Study
from topline.record.protocol import (
    ArmGroup,
    ArmsInterventionsModule,
    DesignInfo,
    DesignModule,
    EnrollmentInfo,
    ProtocolSection,
)
from topline.record.results import (
    AdverseEventsModule,
    Denom,
    DenomCount,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
    ResultsSection,
)

TITLES = ("Drug", "Placebo")
OUTCOME = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"


def group_id(place: int) -> str:
    return f"OG{place:03}"


def denominators(numbers: Sequence[int], units: str = "Participants") -> Denom:
    return Denom(
        units=units,
        counts=tuple(
            DenomCount(group_id=group_id(place), value=str(number))
            for place, number in enumerate(numbers)
        ),
    )


def row(
    *cells: str | tuple[str, str] | tuple[str, str, str], title: str | None = None
) -> MeasureClass:
    """A class of one row: a value, a value with its spread, or a value with its limits, for each group."""
    measurements = []
    for place, cell in enumerate(cells):
        parts = (cell,) if isinstance(cell, str) else cell
        names = {1: ("value",), 2: ("value", "spread"), 3: ("value", "lower_limit", "upper_limit")}
        fields: dict[str, Any] = dict(zip(names[len(parts)], parts, strict=True))
        measurements.append(Measurement(group_id=group_id(place), **fields))
    return MeasureClass(
        title=title, categories=(MeasureCategory(measurements=tuple(measurements)),)
    )


def measure(
    numbers: Sequence[int], *rows: MeasureClass, titles: Sequence[str] = TITLES, **fields: Any
) -> OutcomeMeasure:
    made: dict[str, Any] = {
        "title": "Outcome",
        "denoms": (denominators(numbers),),
        "groups": tuple(
            MeasureGroup(id=group_id(place), title=title) for place, title in enumerate(titles)
        ),
        "classes": rows,
    }
    return OutcomeMeasure(**(made | fields))


def flow(starts: Sequence[Sequence[int]], titles: Sequence[str] = TITLES) -> ParticipantFlowModule:
    """A participant flow: how many of each group started each period."""
    return ParticipantFlowModule(
        groups=tuple(
            FlowGroup(id=f"FG{place:03}", title=title) for place, title in enumerate(titles)
        ),
        periods=tuple(
            FlowPeriod(
                title=f"Period {number}",
                milestones=(
                    FlowMilestone(
                        type="STARTED",
                        achievements=tuple(
                            FlowStats(group_id=f"FG{place:03}", num_subjects=str(started))
                            for place, started in enumerate(period)
                        ),
                    ),
                ),
            )
            for number, period in enumerate(starts, 1)
        ),
    )


def study(
    *measures: OutcomeMeasure,
    starts: Sequence[Sequence[int]] = ((5000, 5000),),
    flow_titles: Sequence[str] = TITLES,
    arms: Sequence[tuple[str, str]] = (),
    model: str = "PARALLEL",
    allocation: str = "RANDOMIZED",
    enrolled: int | None = None,
    events: AdverseEventsModule | None = None,
) -> Study:
    """A record; by default of a parallel randomized trial whose two groups are those of the flow."""
    return Study(
        protocol_section=ProtocolSection(
            design_module=DesignModule(
                design_info=DesignInfo(allocation=allocation, intervention_model=model),
                enrollment_info=EnrollmentInfo(count=enrolled) if enrolled else None,
            ),
            arms_interventions_module=ArmsInterventionsModule(
                arm_groups=tuple(ArmGroup(label=label, type=kind) for label, kind in arms)
            ),
        ),
        results_section=ResultsSection(
            participant_flow_module=flow(starts, flow_titles),
            outcome_measures_module=OutcomeMeasuresModule(outcome_measures=measures),
            adverse_events_module=events,
        ),
    )
