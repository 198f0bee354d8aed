"""What is drawn, what is left to the tables, and that a drawing is what its numbers say."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from topline.analysis.curves import SurvivalCurve
from topline.errors import UsageError
from topline.record import Study
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    Denom,
    DenomCount,
    EventGroup,
    EventStats,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ResultsSection,
)
from topline.render.charts import MOST_GROUP_CHARTS, figures
from topline.render.figure import NARROW, Figure
from topline.render.group_chart import MOST_MARKS, group_chart
from topline.render.risk_chart import MOST_TERMS, risk_chart
from topline.render.survival_chart import survival_chart

ADDRESS = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"
SVG = "{http://www.w3.org/2000/svg}"


def measure(
    rows: list[list[Measurement]],
    *,
    groups: int = 2,
    param_type: str = "MEAN",
    dispersion_type: str | None = None,
    of: str | None = None,
) -> OutcomeMeasure:
    ids = [f"OG{place:03d}" for place in range(groups)]
    counts = tuple(DenomCount(group_id=group, value=of) for group in ids)
    return OutcomeMeasure(
        title="Blood pressure",
        param_type=param_type,
        dispersion_type=dispersion_type,
        unit_of_measure="mmHg",
        groups=tuple(
            MeasureGroup(id=group, title=f"Group {place}") for place, group in enumerate(ids)
        ),
        denoms=(Denom(units="Participants", counts=counts),) if of else None,
        classes=tuple(
            MeasureClass(
                title=f"Week {week}", categories=(MeasureCategory(measurements=tuple(row)),)
            )
            for week, row in enumerate(rows)
        ),
    )


def drawn(found: OutcomeMeasure) -> Figure:
    figure = group_chart(found, ADDRESS, "outcome-01-groups")
    assert figure is not None
    return figure


def data(figure: Figure, name: str) -> list[dict[str, object]]:
    return list(figure.spec["datasets"][name])


def pair(first: Measurement, second: Measurement) -> list[Measurement]:
    return [first, second]


def mean(group: int, value: str, spread: str | None = None) -> Measurement:
    return Measurement(group_id=f"OG{group:03d}", value=value, spread=spread)


def test_a_standard_deviation_is_drawn_on_both_sides_of_the_mean() -> None:
    figure = drawn(
        measure(
            [pair(mean(0, "120", "10"), mean(1, "130", "12.5"))],
            dispersion_type="STANDARD_DEVIATION",
        )
    )
    spans = [(span["lower"], span["upper"]) for span in data(figure, "spans")]
    assert spans == [(110, 130), (117.5, 142.5)]
    assert "Mean ± Standard Deviation, mmHg" in figure.title


def test_a_coefficient_of_variation_is_not_drawn_as_if_it_were_a_deviation() -> None:
    figure = drawn(
        measure(
            [pair(mean(0, "120", "30"), mean(1, "130", "25"))],
            param_type="GEOMETRIC_MEAN",
            dispersion_type="GEOMETRIC_COEFFICIENT",
        )
    )
    assert data(figure, "spans") == []


def test_limits_are_drawn_as_posted_and_a_missing_one_leaves_half() -> None:
    figure = drawn(
        measure(
            [
                pair(
                    Measurement(
                        group_id="OG000", value="17.1", lower_limit="6.2", upper_limit="37.2"
                    ),
                    Measurement(group_id="OG001", value="9", lower_limit="4", upper_limit="NA"),
                )
            ],
            param_type="MEDIAN",
        )
    )
    spans = [(span["lower"], span["upper"]) for span in data(figure, "spans")]
    assert spans == [(6.2, 37.2), (4, 9)]
    assert [value["text"] for value in data(figure, "values")] == [
        "17.1 (6.2 to 37.2)",
        "9 (4 to NA)",
    ]


def test_counts_are_drawn_as_percentages_of_the_analyzed() -> None:
    figure = drawn(
        measure([pair(mean(0, "8"), mean(1, "19"))], param_type="COUNT_OF_PARTICIPANTS", of="27")
    )
    values = [mark["value"] for mark in data(figure, "marks")]
    assert values == pytest.approx([100 * 8 / 27, 100 * 19 / 27])
    assert "% of participants analyzed" in figure.title


def test_counts_without_a_denominator_stay_counts() -> None:
    figure = drawn(measure([pair(mean(0, "8"), mean(1, "19"))], param_type="COUNT_OF_PARTICIPANTS"))
    assert [mark["value"] for mark in data(figure, "marks")] == [8, 19]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(measure([[mean(0, "5")]], groups=1), id="one number"),
        pytest.param(
            measure([pair(mean(0, "NA"), mean(1, "<0.5"))]), id="nothing readable as a number"
        ),
        pytest.param(
            measure([[mean(0, "1"), mean(1, "2")]] * (MOST_MARKS // 2 + 1)), id="too many marks"
        ),
        pytest.param(
            measure([[mean(group, "1") for group in range(9)]] * 2, groups=9), id="nine groups"
        ),
        pytest.param(measure([[mean(7, "1"), mean(8, "2")]]), id="groups nobody defined"),
    ],
)
def test_what_a_table_says_better_is_not_drawn(found: OutcomeMeasure) -> None:
    assert group_chart(found, ADDRESS, "outcome-01-groups") is None


def test_a_drawing_is_the_same_every_time_and_fits_a_telephone() -> None:
    found = measure([pair(mean(0, "1"), mean(1, "2"))])
    figure = drawn(found)
    assert figure.svg == drawn(found).svg
    width = re.search(r'width="([0-9.]+)"', figure.svg)
    assert width is not None
    assert float(width[1]) <= NARROW


def test_a_drawing_is_well_formed_and_named() -> None:
    found = measure([pair(mean(0, "1"), mean(1, "2"))])
    hostile = OutcomeMeasure(
        title='<script>alert(1)</script> & "more"',
        groups=(MeasureGroup(id="OG000", title="</svg><b>"), MeasureGroup(id="OG001", title="&")),
        classes=found.classes,
    )
    figure = drawn(hostile)
    root = ElementTree.fromstring(figure.svg)  # made above, not read from anywhere
    assert root.get("role") == "img"
    label = root.get("aria-label") or ""
    assert label.startswith(figure.title)
    assert "</svg><b>: 1" in label
    assert {element.tag for element in root.iter()} <= {
        SVG + name for name in ("svg", "rect", "g", "path", "text", "line")
    }
    assert "NaN" not in figure.svg
    assert "undefined" not in figure.svg


def printed(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_ticks_say_where_they_stand_to_the_last_digit() -> None:
    figure = drawn(measure([pair(mean(0, "1.2"), mean(1, "9.8"))]))
    assert {"0", "2.5", "5", "7.5", "10"} <= set(printed(figure.svg))
    uneven = curve(at_risk_times=(0.0, 6.45, 9.3), at_risk=(10, 3, 1))
    figure = survival_chart([uneven], "Overall Survival", "x")
    assert {"0", "6.45", "9.3"} <= set(printed(figure.svg))


def curve(**changes: object) -> SurvivalCurve:
    made = SurvivalCurve(
        address=ADDRESS,
        group_id="OG000",
        group_title="Active",
        unit="months",
        times=(0.0, 2.0, 5.0, 8.0),
        survival=(1.0, 0.8, 0.5, 0.25),
        lower=(None, 0.5, 0.2, None),
        upper=(None, 0.95, 0.8, None),
        censored=(3.0, 10.0),
        at_risk_times=(0.0, 4.0, 8.0),
        at_risk=(10, 6, 2),
        level=0.95,
        transform="log-log",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the tests name its fields


def layers(figure: Figure) -> list[list[dict[str, object]]]:
    """The data of each layer of the curves."""
    datasets = figure.spec.get("datasets", {})
    return [
        layer["data"].get("values") or datasets.get(layer["data"].get("name"), [])
        for layer in figure.spec["vconcat"][0]["layer"]
    ]


def test_a_curve_runs_to_the_last_participant() -> None:
    _, _, steps, _ = layers(survival_chart([curve()], "Overall Survival", "x"))
    assert [(step["time"], step["survival"]) for step in steps] == [
        (0, 1),
        (2, 0.8),
        (5, 0.5),
        (8, 0.25),
        (10, 0.25),
    ]


def test_a_number_that_does_not_fit_is_never_cut() -> None:
    figure = drawn(
        measure(
            [
                pair(
                    Measurement(
                        group_id="OG000",
                        value="123456.78",
                        lower_limit="100000.12",
                        upper_limit="234567.89",
                    ),
                    mean(1, "1" * 40),
                )
            ]
        )
    )
    assert [value["text"] for value in data(figure, "values")] == ["123456.78", ""]


def test_limits_leave_a_gap_where_they_are_undefined() -> None:
    band, *_ = layers(survival_chart([curve()], "Overall Survival", "x"))
    assert [(step["time"], step["until"], step["lower"]) for step in band] == [
        (2, 5, 0.5),
        (5, 8, 0.2),
    ]


def test_ticks_of_censoring_stand_on_the_curve() -> None:
    *_, ticks = layers(survival_chart([curve()], "Overall Survival", "x"))
    assert [(tick["time"], tick["survival"]) for tick in ticks] == [(3, 0.8), (10, 0.25)]


def test_a_censoring_at_the_time_of_an_event_stands_below_the_step() -> None:
    *_, ticks = layers(survival_chart([curve(censored=(5.0,))], "Overall Survival", "x"))
    assert [(tick["time"], tick["survival"]) for tick in ticks] == [(5, 0.5)]


def test_numbers_at_risk_stand_under_their_times() -> None:
    figure = survival_chart([curve()], "Overall Survival", "x")
    table = figure.spec["vconcat"][1]["layer"]
    numbers = table[-1]["data"]["values"]
    assert [(number["time"], number["text"]) for number in numbers] == [
        (0, "10"),
        (4, "6"),
        (8, "2"),
    ]
    ticks = figure.spec["vconcat"][0]["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert ticks == [0, 4, 8]
    assert "10 at risk at the start, falls to half at 5 months" in figure.description


def test_a_curve_of_nobody_with_an_event_can_be_drawn() -> None:
    flat = curve(times=(0.0,), survival=(1.0,), lower=(None,), upper=(None,), censored=(4.0,))
    figure = survival_chart([flat], "Overall Survival", "x")
    assert "does not fall to half" in figure.description
    assert "NaN" not in figure.svg


def test_a_curve_of_an_unknown_outcome_measure_is_an_error() -> None:
    with pytest.raises(UsageError, match="which the record does not have"):
        figures(Study(), [curve()])


def events(risks: list[tuple[int, int]]) -> AdverseEventsModule:
    return AdverseEventsModule(
        event_groups=(EventGroup(id="EG000", title="A"), EventGroup(id="EG001", title="B")),
        other_events=tuple(
            AdverseEvent(
                term=f"Term {place}",
                stats=(
                    EventStats(group_id="EG000", num_affected=first, num_at_risk=100),
                    EventStats(group_id="EG001", num_affected=second, num_at_risk=50),
                ),
            )
            for place, (first, second) in enumerate(risks)
        ),
    )


def test_terms_with_the_largest_difference_of_risks_come_first() -> None:
    figure = risk_chart(events([(10, 5), (40, 40), (1, 30)]), "/x", "risks")
    assert figure is not None
    # 10 % against 10 %, 40 % against 80 %, 1 % against 60 %
    assert [row["text"] for row in data(figure, "labels")] == ["Term 2", "Term 1", "Term 0"]
    assert data(figure, "values")[0]["text"] == "1.0% · 60.0%"


def test_the_caption_says_how_many_terms_were_left_to_the_table() -> None:
    figure = risk_chart(events([(place, 1) for place in range(40)]), "/x", "risks")
    assert figure is not None
    assert len(data(figure, "labels")) == MOST_TERMS
    assert figure.caption.startswith(f"The {MOST_TERMS} of 40 terms")


def test_terms_without_participants_at_risk_are_not_drawn() -> None:
    nobody = AdverseEvent(term="Term", stats=(EventStats(group_id="EG000", num_affected=0),))
    module = AdverseEventsModule(
        event_groups=(EventGroup(id="EG000", title="A"),), other_events=(nobody,)
    )
    assert risk_chart(module, "/x", "risks") is None


def test_only_the_first_outcome_measures_are_drawn() -> None:
    found = measure([pair(mean(0, "1"), mean(1, "2"))])
    module = OutcomeMeasuresModule(outcome_measures=(found,) * (MOST_GROUP_CHARTS + 3))
    study = Study(results_section=ResultsSection(outcome_measures_module=module))
    names = [figure.name for figure in figures(study)]
    assert len(names) == len(set(names)) == MOST_GROUP_CHARTS
