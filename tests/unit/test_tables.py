"""What the tables do with the edges of a record: strays, duplicates, NA, percentages."""

from topline.record import Study
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    BaselineCharacteristicsModule,
    BaselineMeasure,
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
from topline.render.table_parts import percentage
from topline.render.tables import Section, Table, tables


def outcome(measure: OutcomeMeasure) -> Section:
    module = OutcomeMeasuresModule(outcome_measures=(measure,))
    study = Study(results_section=ResultsSection(outcome_measures_module=module))
    return tables(study)[0].sections[0]


def measure_of(
    *measurements: Measurement, param_type: str = "MEAN", calculate_pct: bool | None = None
) -> OutcomeMeasure:
    return OutcomeMeasure(
        title="Response",
        param_type=param_type,
        calculate_pct=calculate_pct,
        groups=(
            MeasureGroup(id="OG000", title="Active"),
            MeasureGroup(id="OG001", title="Control"),
        ),
        denoms=(
            Denom(
                units="Participants",
                counts=(
                    DenomCount(group_id="OG000", value="27"),
                    DenomCount(group_id="OG001", value="0"),
                ),
            ),
        ),
        classes=(MeasureClass(categories=(MeasureCategory(measurements=measurements),)),),
    )


def texts(table: Table) -> list[list[str]]:
    return [[row.header.text, *(cell.text for cell in row.cells)] for row in table.rows]


def test_a_number_whose_group_is_not_defined_gets_its_own_column() -> None:
    table = outcome(measure_of(Measurement(group_id="OG009", value="4.2"))).tables[0]
    assert [group.title for group in table.column_groups] == [
        "Active",
        "Control",
        "OG009 (not defined in the record)",
    ]
    assert texts(table)[-1] == ["Mean", "", "", "4.2"]


def test_two_numbers_of_one_group_in_one_row_are_both_shown() -> None:
    table = outcome(
        measure_of(
            Measurement(group_id="OG000", value="1"), Measurement(group_id="OG000", value="2")
        )
    ).tables[0]
    assert texts(table)[-1] == ["Mean", "1; 2", ""]


def test_a_group_defined_twice_shows_its_numbers_once() -> None:
    measure = OutcomeMeasure(
        groups=(MeasureGroup(id="OG000", title="A"), MeasureGroup(id="OG000", title="B")),
        classes=(
            MeasureClass(
                categories=(
                    MeasureCategory(measurements=(Measurement(group_id="OG000", value="1"),)),
                )
            ),
        ),
    )
    assert texts(outcome(measure).tables[0]) == [["Value", "1", ""]]


def test_a_count_shows_its_percentage_marked_as_computed() -> None:
    table = outcome(
        measure_of(
            Measurement(group_id="OG000", value="8"),
            Measurement(group_id="OG001", value="0"),
            param_type="COUNT_OF_PARTICIPANTS",
        )
    ).tables[0]
    active, control = table.rows[-1].cells
    assert (active.text, control.text) == ("8 (29.6%)", "0")
    assert [part.text for part in active.parts if part.computed] == ["29.6%"]
    assert "computed here" in table.note


def test_no_percentage_where_the_record_asks_for_none() -> None:
    table = outcome(
        measure_of(
            Measurement(group_id="OG000", value="8"),
            param_type="COUNT_OF_PARTICIPANTS",
            calculate_pct=False,
        )
    ).tables[0]
    assert table.rows[-1].cells[0].text == "8"
    assert not table.note


def test_comments_of_cells_without_a_number_become_footnotes_each_text_once() -> None:
    table = outcome(
        measure_of(
            Measurement(group_id="OG000", value="NA", comment="Not reached"),
            Measurement(group_id="OG001", value="NA", comment="Not reached"),
        )
    ).tables[0]
    assert table.footnotes == ("Not reached",)
    assert [cell.marks[0].number for cell in table.rows[-1].cells] == [0, 0]
    assert table.rows[-1].cells[1].marks[0].address.endswith("/measurements/1/comment")


def test_a_baseline_measure_of_one_row_stands_on_one_line() -> None:
    age = BaselineMeasure(
        title="Age",
        param_type="MEDIAN",
        unit_of_measure="years",
        classes=(
            MeasureClass(
                categories=(
                    MeasureCategory(measurements=(Measurement(group_id="BG000", value="61"),)),
                )
            ),
        ),
    )
    module = BaselineCharacteristicsModule(
        groups=(MeasureGroup(id="BG000", title="All"),), measures=(age,)
    )
    study = Study(results_section=ResultsSection(baseline_characteristics_module=module))
    (row,) = tables(study)[0].sections[0].tables[0].rows
    assert (row.header.text, row.cells[0].text) == ("Age", "61")
    assert "".join(part.text for part in row.details) == "Median, years"


def test_the_same_term_under_two_organ_systems_keeps_two_rows() -> None:
    def event(system: str, affected: int) -> AdverseEvent:
        stats = (EventStats(group_id="EG000", num_affected=affected, num_at_risk=10),)
        return AdverseEvent(term="Pain", organ_system=system, stats=stats)

    module = AdverseEventsModule(
        event_groups=(EventGroup(id="EG000", title="Active"),),
        serious_events=(event("General disorders", 1), event("Eye disorders", 2)),
    )
    study = Study(results_section=ResultsSection(adverse_events_module=module))
    (table,) = tables(study)[0].sections[0].tables
    assert texts(table) == [
        ["Pain", "General disorders", "1 / 10", "10.0%"],
        ["Pain", "Eye disorders", "2 / 10", "20.0%"],
    ]


def test_percentages_round_half_away_from_zero_in_decimal() -> None:
    # 0.05 % has no exact binary form: rounding floats would give 0.1 or 0.0 by chance.
    shares = [percentage(affected, of) for affected, of in ((1, 2000), (1, 8), (3, 16))]
    assert [share.text for share in shares if share] == ["0.1%", "12.5%", "18.8%"]


def test_a_percentage_that_cannot_be_meant_is_left_out() -> None:
    assert percentage(1e300, 1) is None
