"""What is printed of a record, as a PDF and as a Word document, whatever the record says."""

import io
import time
import zipfile
from pathlib import Path

import docx
import msgspec
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pypdf import PdfReader
from tests.unit.command import RECORD, Command, written

from topline.formats import api_json
from topline.formats.document import Document, SetAside
from topline.record import Study
from topline.record.results import (
    DropWithdraw,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    ParticipantFlowModule,
)
from topline.render.flow_chart import MOST_ARMS, flow_charts
from topline.render.flow_diagram import flow_diagram
from topline.render.pdf_document import pages, pdf
from topline.render.print_blocks import (
    Chapter,
    Heading,
    Picture,
    PrintedDocument,
    PrintedTable,
    Terms,
)
from topline.render.print_document import printed_document
from topline.render.print_table import LANDSCAPE, PORTRAIT, MeasuredTable
from topline.render.table_model import Cell, ColumnGroup, Mark, Part, Row, Table
from topline.render.word_document import word

HOSTILE = '#read("/etc/passwd") *b* $x$ <i>&amp; `c` @d \\ // \x1b[2J {{e}} "q" \u202e 中 （'


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def printed(record: object = RECORD) -> PrintedDocument:
    document = api_json.decode(msgspec.json.encode(record))
    study = document.study if isinstance(document, Document) else document
    return printed_document(Document(study=study, format="api-json", place="there/a.json"))


def renamed(title: str) -> PrintedDocument:
    identification = {"nctId": "NCT00000001", "briefTitle": title}
    record = {**RECORD, "protocolSection": {"identificationModule": identification}}
    return printed(record)


def pdf_text(document: PrintedDocument) -> str:
    reader = PdfReader(io.BytesIO(pdf(document)))
    return "\n".join(page.extract_text() for page in reader.pages)


def word_text(document: PrintedDocument) -> str:
    made = docx.Document(io.BytesIO(word(document)))
    return "\n".join(text.text or "" for text in made.element.body.iter(qn("w:t")))


def table(columns: int, rows: int = 2, value: str = "12.3 (4.5)") -> Table:
    return Table(
        key="values",
        title="Mean (Standard Deviation), points",
        corner="Measure",
        column_groups=tuple(ColumnGroup(title=f"Group {place}") for place in range(columns)),
        rows=tuple(
            Row(
                header=Part(f"Week {row}"),
                cells=tuple(Cell((Part(value),)) for _ in range(columns)),
            )
            for row in range(rows)
        ),
    )


class TestContent:
    def test_the_document_says_what_the_page_says(self) -> None:
        made = printed()
        assert (made.title, made.number) == ("A Trial of Two Arms", "NCT00000001")
        (chapter,) = made.chapters
        assert chapter.title == "Outcome measures"
        kinds = [
            (block.text, block.level) for block in chapter.blocks if isinstance(block, Heading)
        ]
        assert kinds == [("Primary outcome measures", 2), ("Change in Score", 3)]
        groups = [block for block in chapter.blocks if isinstance(block, Terms)][-1]
        assert groups.items[0] == ("Group “Active”", "10 mg a day")
        captions = [block.caption for block in chapter.blocks if isinstance(block, PrintedTable)]
        assert captions[0] == "Table 1. Mean (Standard Deviation), points"

    def test_figures_have_words_for_those_who_cannot_see_them(self) -> None:
        (chapter,) = printed().chapters
        pictures = [block for block in chapter.blocks if isinstance(block, Picture)]
        assert pictures
        assert all("2.00" in picture.alternative for picture in pictures)

    def test_a_record_without_results_says_so(self) -> None:
        made = printed_document(Document(study=Study(), format="api-json", place="a"))
        assert "The record has no results." in pdf_text(made)
        assert "The record has no results." in word_text(made)

    def test_what_the_record_cannot_hold_is_counted(self) -> None:
        aside = SetAside(address="", field="new", value="1", reason="why")
        made = printed_document(
            Document(study=Study(), format="api-json", place="a", set_aside=(aside,))
        )
        said = [item for block in made.opening if isinstance(block, Terms) for item in block.items]
        assert ("Not printed", "1 thing in the source that a record has no place for") in said

    def test_a_place_is_named_without_its_folder(self) -> None:
        said = [
            item for block in printed().opening if isinstance(block, Terms) for item in block.items
        ]
        assert ("Made from", "a.json, api-json") in said

    @pytest.mark.parametrize(
        ("date", "wanted"),
        [("2024-03-05", (2024, 3, 5)), ("2024-03", None), ("2023-02-29", None), ("", None)],
    )
    def test_the_date_is_that_of_the_last_update(
        self, date: str, wanted: tuple[int, int, int] | None
    ) -> None:
        made = printed(
            {"protocolSection": {"statusModule": {"lastUpdatePostDateStruct": {"date": date}}}}
        )
        assert made.date == wanted


class TestWideTables:
    def test_a_table_that_fits_is_one(self) -> None:
        measured = MeasuredTable(table(3))
        assert (measured.parts(PORTRAIT), measured.parts(LANDSCAPE)) == (1, 1)

    @pytest.mark.parametrize("room", [PORTRAIT, LANDSCAPE])
    def test_columns_that_do_not_fit_go_on_below_with_the_row_headers(self, room: float) -> None:
        wide = table(40)
        parts = list(MeasuredTable(wide).printed(room, 7))
        assert len(parts) > 1
        assert parts[0].caption.startswith(f"Table 7, part 1 of {len(parts)}. ")
        titles = [cell.text for part in parts for cell in part.head[0][1:]]
        assert titles == [group.title for group in wide.column_groups]
        for part in parts:
            assert sum(part.widths) <= room
            assert ["".join(run.text for run in row.header) for row in part.rows] == [
                "Week 0",
                "Week 1",
            ]
            assert all(len(row.cells) == len(part.widths) - 1 for row in part.rows)

    def test_words_before_the_numbers_are_repeated_with_the_row_headers(self) -> None:
        groups = (
            ColumnGroup(title="Organ system", numeric=False),
            *(
                ColumnGroup(title=f"Arm {n}", columns=("Affected / at risk", "%"))
                for n in range(12)
            ),
        )
        cells = (Cell((Part("Cardiac disorders"),)), *(Cell((Part("1 / 20"),)),) * 24)
        row = Row(header=Part("Angina"), cells=cells)
        made = Table(key="other", title="Other", corner="Term", column_groups=groups, rows=(row,))
        parts = list(MeasuredTable(made).printed(PORTRAIT, 1))
        assert len(parts) > 1
        for part in parts:
            assert part.head[0][1].text == "Organ system"
            assert part.rows[0].cells[0][0].text == "Cardiac disorders"
            assert all(cell.across == 2 for cell in part.head[0][2:])

    def test_a_column_wider_than_the_page_is_not_cut_off(self) -> None:
        for part in MeasuredTable(table(2, value="x" * 5000)).printed(PORTRAIT, 1):
            assert sum(part.widths) <= PORTRAIT

    def test_footnotes_have_letters_and_stand_below_the_last_part(self) -> None:
        cells = tuple(Cell((Part("1"),), (Mark(0, ""),)) for _ in range(40))
        groups = tuple(ColumnGroup(title=f"Treatment {place}") for place in range(40))
        made = Table(
            key="t", title="T", corner="C", column_groups=groups,
            rows=(Row(header=Part("R"), cells=cells),), footnotes=("Not estimable",), note="Rounded",
        )  # fmt: skip
        parts = list(MeasuredTable(made).printed(PORTRAIT, 1))
        assert [part.notes for part in parts][:-1] == [()] * (len(parts) - 1)
        assert parts[-1].notes == (("a", "Not estimable"), ("", "Rounded"))
        assert [run.text for run in parts[0].rows[0].cells[0]] == ["1", "a"]


class TestHeadingsOfRows:
    def test_only_a_heading_with_rows_below_it_is_repeated_on_further_pages(self) -> None:
        def heading(level: int) -> Row:
            return Row(header=Part(f"Level {level}"), kind="heading", level=level)

        row = Row(header=Part("Row"), cells=(Cell((Part("7"),)),), level=2)
        rows = (heading(0), heading(0), heading(1), row, heading(1), heading(0), row, heading(0))
        made = Table(
            key="t", title="T", corner="C", column_groups=(ColumnGroup(title="Arm"),), rows=rows
        )
        (part,) = MeasuredTable(made).printed(PORTRAIT, 1)
        assert [one.repeated for one in part.rows] == [
            *(False, True, True, False),
            *(False, True, False, False),
        ]
        # Typst itself breaks off on a heading that another one of its level follows at once.
        chapter = Chapter(title="Chapter", landscape=False, blocks=(part,))
        text = pdf_text(msgspec.structs.replace(printed(), chapters=(chapter,)))
        assert [text.count(f"Level {level}") for level in (0, 1)] == [4, 2]

    def test_column_titles_and_the_heading_are_repeated_on_each_page(self) -> None:
        heading = Row(header=Part("Time point"), kind="heading")
        rows = (heading, *table(2, rows=150).rows)
        made = msgspec.structs.replace(table(2), rows=rows)
        (part,) = MeasuredTable(made).printed(PORTRAIT, 1)
        chapter = Chapter(title="Chapter", landscape=False, blocks=(part,))
        document = msgspec.structs.replace(printed(), chapters=(chapter,))
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf(document))).pages]
        with_rows = [page for page in pages if "Week" in page]
        assert len(with_rows) > 2
        assert all("Group 1" in page and "Time point" in page for page in with_rows)


class TestFlow:
    def test_groups_beyond_the_fourth_are_drawn_in_a_further_figure(self) -> None:
        count = MOST_ARMS + 2
        ids = [f"FG{place:03d}" for place in range(count)]
        started = FlowMilestone(
            type="STARTED",
            achievements=tuple(FlowStats(group_id=one, num_subjects="9") for one in ids),
        )
        left = FlowMilestone(
            type="NOT COMPLETED",
            achievements=tuple(FlowStats(group_id=one, num_subjects="2") for one in ids),
        )
        reason = DropWithdraw(
            type="Death", reasons=tuple(FlowStats(group_id=one, num_subjects="2") for one in ids)
        )
        module = ParticipantFlowModule(
            groups=tuple(FlowGroup(id=one, title=f"Arm {one}") for one in ids),
            periods=(
                FlowPeriod(title="All", milestones=(started, left), drop_withdraws=(reason,)),
            ),
        )
        charts = flow_charts(flow_diagram(module), "/flow")
        assert [chart.description.count("Started 9") for chart in charts] == [MOST_ARMS, 2]
        assert all("Not completed 2 (Death 2)" in chart.description for chart in charts)
        assert "9 Started" in charts[0].svg


class TestFiles:
    def test_the_same_record_gives_the_same_bytes(self) -> None:
        first = pdf(printed()), word(printed())
        time.sleep(1.1)  # a PDF counts time by seconds
        assert (pdf(printed()), word(printed())) == first

    def test_no_part_of_the_word_file_has_the_time_of_writing(self) -> None:
        with zipfile.ZipFile(io.BytesIO(word(printed()))) as parts:
            assert {item.date_time for item in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}

    def test_nothing_in_a_record_is_read_as_markup(self) -> None:
        made = renamed(HOSTILE)
        for text in (pdf_text(made).replace("\n", " "), word_text(made)):
            assert '#read("/etc/passwd") *b* $x$ <i>&amp;' in text
            assert "root:" not in text
            assert "\x1b" not in text

    def test_characters_without_a_glyph_are_printed_by_their_number_or_plainly(self) -> None:
        text = pdf_text(renamed("Pain （中） \N{MICRO SIGN}g ≥ β"))
        assert "Pain ([U+4E2D]) µg ≥ β" in text
        assert "Pain （中） µg ≥ β" in word_text(renamed("Pain （中） µg ≥ β"))

    def test_a_word_longer_than_its_line_is_broken_and_not_cut_off(self) -> None:
        text = pdf_text(renamed("x" * 400))
        assert text.replace("\n", "").replace("\u200b", "").count("x" * 400) >= 1

    def test_pages_lie_on_their_side_in_both_files_where_tables_need_it(self) -> None:
        record = msgspec.json.decode(msgspec.json.encode(RECORD))
        measure = record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
        ids = [f"OG{place:03d}" for place in range(10)]
        measure["groups"] = [{"id": one, "title": f"Cohort {one} of the study"} for one in ids]
        values = [{"groupId": one, "value": "12.34", "spread": "56.78"} for one in ids]
        measure["classes"] = [{"title": "Day 1", "categories": [{"measurements": values}]}]
        measure.pop("analyses", None)
        made = printed(record)
        assert [chapter.landscape for chapter in made.chapters] == [True]
        reader = PdfReader(io.BytesIO(pdf(made)))
        assert reader.pages[-1].mediabox.width > reader.pages[-1].mediabox.height
        assert reader.pages[0].mediabox.width < reader.pages[0].mediabox.height
        sections = docx.Document(io.BytesIO(word(made))).sections
        assert [one.orientation for one in sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]

    def test_pages_come_as_pictures(self) -> None:
        assert all(page.startswith(b"\x89PNG") for page in pages(printed(), 20))

    def test_the_word_document_has_headings_repeated_heads_and_a_count_of_pages(self) -> None:
        made = docx.Document(io.BytesIO(word(printed())))
        headings = {
            paragraph.text: paragraph.style.name
            for paragraph in made.paragraphs
            if paragraph.style is not None and (paragraph.style.name or "").startswith("Heading")
        }
        assert headings["Outcome measures"] == "Heading 1"
        assert headings["Change in Score"] == "Heading 3"
        body = made.element.body
        assert len(list(body.iter(qn("w:tblHeader")))) == len(list(body.iter(qn("w:tbl"))))
        fields = made.sections[0].footer.paragraphs[0]._p.iter(qn("w:fldSimple"))
        assert [field.get(qn("w:instr")) for field in fields] == ["PAGE", "NUMPAGES"]
        assert all(shape._inline.docPr.get("descr") for shape in made.inline_shapes)
        assert made.core_properties.title == "A Trial of Two Arms"


class TestCommand:
    @pytest.mark.parametrize(("ending", "start"), [("pdf", b"%PDF-1."), ("docx", b"PK")])
    def test_the_ending_says_the_form(
        self, topline: Command, tmp_path: Path, ending: str, start: bytes
    ) -> None:
        target = tmp_path / f"record.{ending}"
        ran = topline("convert", written(tmp_path), "-o", target)
        assert ran.code == 0
        assert target.read_bytes().startswith(start)
        assert f"as {ending}" in ran.err
        assert "groups/*/id" in ran.err

    def test_several_studies_are_refused_and_nothing_is_written(
        self, topline: Command, tmp_path: Path
    ) -> None:
        source = tmp_path / "many.ndjson"
        other = {"protocolSection": {"identificationModule": {"nctId": "NCT00000002"}}}
        source.write_bytes(msgspec.json.encode(RECORD) + b"\n" + msgspec.json.encode(other))
        target = tmp_path / "many.pdf"
        ran = topline("convert", source, "-o", target)
        assert ran.code == 3
        assert "more than one study" in ran.err
        assert "--study" in ran.err
        assert not target.exists()
        assert topline("convert", source, "-o", target, "--study", "NCT00000002").code == 0
        assert target.exists()

    def test_no_study_is_refused(self, topline: Command, tmp_path: Path) -> None:
        source = tmp_path / "none.json"
        source.write_bytes(b"[]")
        assert topline("convert", source, "-o", tmp_path / "none.docx").code == 3

    def test_they_are_written_and_not_read(self, topline: Command, tmp_path: Path) -> None:
        ran = topline("convert", written(tmp_path), "--from", "pdf")
        assert ran.code == 2
        assert "pdf is written, not read" in ran.err
