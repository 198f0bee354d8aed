"""Tables as lines of text: complete at any width."""

import pytest

from topline.render.table_model import Cell, ColumnGroup, Mark, Part, Row, Table
from topline.render.text_lines import width_of, wrapped
from topline.render.text_table import table_lines


def shown(table: Table, width: int) -> list[str]:
    return [line.text for line in table_lines(table, width)]


def cell(text: str, *, percent: str = "") -> Cell:
    parts = (Part(text), *((Part(f" ({percent})", computed=True),) if percent else ()))
    return Cell(parts)


EVENTS = Table(
    key="serious",
    title="Serious adverse events",
    corner="Term",
    column_groups=(
        ColumnGroup(title="Organ system", numeric=False),
        ColumnGroup(title="Active", columns=("Affected / at risk", "%"), computed=(1,)),
        ColumnGroup(title="Placebo", columns=("Affected / at risk", "%"), computed=(1,)),
    ),
    rows=(
        Row(
            header=Part("Haemorrhage"),
            cells=(
                cell("Gastrointestinal disorders"),
                cell("3 / 178"),
                Cell((Part("1.7%", computed=True),)),
                cell("0 / 80"),
                Cell((Part("0.0%", computed=True),)),
            ),
            details=(Part("MedDRA 27.0"),),
        ),
    ),
    note="Percentages in italics are computed here.",
)


def test_where_all_fits_each_column_stands_by_itself() -> None:
    lines = shown(EVENTS, 150)
    assert lines[1].split("  ")[0] == "Term"
    assert lines[-2].split() == [
        *("Haemorrhage", "MedDRA", "27.0", "Gastrointestinal", "disorders"),
        *("3", "/", "178", "1.7%*", "0", "/", "80", "0.0%*"),
    ]


def test_where_it_does_not_the_columns_of_a_group_become_one() -> None:
    lines = shown(EVENTS, 80)
    assert any("3 / 178; 1.7%*" in line for line in lines)
    assert lines[1].startswith("Term (Organ system)")


def test_no_block_is_read_without_the_organ_system() -> None:
    lines = shown(EVENTS, 50)
    assert sum("Column " in line for line in lines) == 2
    text = " ".join(" ".join(lines).split())
    assert text.count("(Gastrointestinal") == 2


def test_what_was_computed_here_is_marked_and_the_note_says_how() -> None:
    assert shown(EVENTS, 80)[-1] == "Percentages marked * are computed here."


def test_a_number_is_never_broken_though_it_be_wider_than_the_terminal() -> None:
    row = Row(header=Part("Age"), cells=(cell("123456789.123456789 (123456789.123456789)"),))
    table = Table(
        key="t", title="T", corner="", column_groups=(ColumnGroup(title="A"),), rows=(row,)
    )
    joined = "".join("".join(shown(table, 40)).split())
    assert "123456789.123456789(123456789.123456789)" in joined


def test_marks_and_footnotes_stay_together() -> None:
    row = Row(
        header=Part("Death"), cells=(Cell((Part("2"),), (Mark(0, "/c"),)),), marks=(Mark(1, "/d"),)
    )
    table = Table(
        key="t",
        title="T",
        corner="Reason",
        column_groups=(ColumnGroup(title="Active"),),
        rows=(row,),
        footnotes=("one", "two"),
    )
    assert shown(table, 60)[-3:] == ["Death [2]   2 [1]", "[1] one", "[2] two"]


@pytest.mark.parametrize("rows", [(), (Row(header=Part("Reasons"), kind="heading", level=1),)])
def test_a_table_may_have_no_rows_or_only_headings(rows: tuple[Row, ...]) -> None:
    table = Table(key="t", title="T", corner="", column_groups=(ColumnGroup(title="A"),), rows=rows)
    assert len(shown(table, 60)) == 3 + len(rows)
    assert shown(Table(key="t", title="T", corner="", column_groups=(), rows=rows), 60)[0] == "T"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("東京都庁", 5, ["東京", "都庁"]),
        ("東京", 1, ["東", "京"]),
        ("a\n\nb", 9, ["a", "", "b"]),
    ],
)
def test_text_is_broken_at_blanks_and_nothing_else_is_lost(
    text: str, width: int, lines: list[str]
) -> None:
    assert wrapped(text, width) == lines


def test_an_indent_never_takes_all_the_room() -> None:
    lines = wrapped("milestone", 6, " " * 20)
    assert "".join(line.strip() for line in lines) == "milestone"
    assert max(map(width_of, lines)) <= 6
