"""A record as a Word document: headings, tables with their heads repeated, pages numbered.

The same record gives the same bytes: no part of the file carries the time at which it was written.
"""

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import BinaryIO

import docx
import vl_convert
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from topline.formats.document import Document
from topline.formats.single_study import single_document
from topline.render.print_blocks import (
    Block,
    Heading,
    Paragraph,
    Picture,
    PrintedDocument,
    PrintedTable,
    Terms,
)
from topline.render.print_document import printed_document
from topline.render.word_markup import field_markup, table_markup

_FONT = "Arial"
_SHARPNESS = 3.0
"""Pixels of a picture for each of the drawing: some 300 to the inch on paper."""
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of a document whose record has none."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of every part in the packed file, the first that its form knows."""
_INK, _MUTED = RGBColor(0x1B, 0x23, 0x30), RGBColor(0x58, 0x62, 0x73)
_PAGE = (210, 297)
_MARGIN = 18


def write_word(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write the record of one study as a Word document.

    Parameters
    ----------
    documents
        The study.
    stream
        Where to write.

    Raises
    ------
    DocumentError
        If there is no study, or more than one.
    """
    stream.write(word(printed_document(single_document(documents, "docx"))))


def word(document: PrintedDocument) -> bytes:
    """Return a printed document as a Word document.

    Parameters
    ----------
    document
        What is printed.
    """
    made = docx.Document()
    _set_styles(made)
    _set_properties(made, document)
    _set_page(made.sections[0], landscape=False)
    _set_running_lines(made.sections[0], document)
    _write_title(made, document)
    for block in document.opening:
        _write(made, block)
    turned: bool | None = None
    for chapter in document.chapters:
        if chapter.landscape != turned:
            turned = chapter.landscape
            _set_page(made.add_section(WD_SECTION.NEW_PAGE), landscape=turned)
        made.add_heading(chapter.title, 1)
        for block in chapter.blocks:
            _write(made, block)
    packed = io.BytesIO()
    made.save(packed)
    return _without_times(packed)


def _write(made: WordDocument, block: Block) -> None:
    _WRITERS[type(block)](made, block)


def _write_heading(made: WordDocument, block: Heading) -> None:
    made.add_heading(block.text, block.level)


def _write_paragraph(made: WordDocument, block: Paragraph) -> None:
    made.add_paragraph(block.text)


def _write_terms(made: WordDocument, block: Terms) -> None:
    for label, text in block.items:
        paragraph = made.add_paragraph(style="Terms")
        paragraph.add_run(label).bold = True
        paragraph.add_run(f"\N{EN SPACE}{text}")


def _write_picture(made: WordDocument, block: Picture) -> None:
    made.add_paragraph(block.caption, style="Caption")
    picture = vl_convert.vegalite_to_png(block.spec, scale=_SHARPNESS, allowed_base_urls=[])
    shape = made.add_picture(io.BytesIO(picture), width=Mm(block.width), height=Mm(block.height))
    inline = shape._inline  # no public way leads to a picture's alternative
    inline.docPr.set("descr", block.alternative)
    inline.docPr.set("name", block.caption.partition(".")[0])
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")  # some readers take a missing distance for one of their own


def _write_table(made: WordDocument, block: PrintedTable) -> None:
    made.add_paragraph(block.caption, style="Caption")
    end = made.element.body.sectPr
    end.addprevious(parse_xml(table_markup(block)))
    for mark, text in block.notes:
        paragraph = made.add_paragraph(style="TableNote")
        if mark:
            paragraph.add_run(mark).font.superscript = True
        paragraph.add_run(f" {text}" if mark else text)
    if not block.notes:
        made.add_paragraph(style="TableNote")


_WRITERS: dict[type, Callable[..., None]] = {
    Heading: _write_heading,
    Paragraph: _write_paragraph,
    Terms: _write_terms,
    Picture: _write_picture,
    PrintedTable: _write_table,
}


def _write_title(made: WordDocument, document: PrintedDocument) -> None:
    number = f" · {document.number}" if document.number else ""
    made.add_paragraph(f"Trial results{number}", style="TableNote")
    made.add_paragraph(document.title, style="Title")
    if document.official_title:
        made.add_paragraph(document.official_title, style="Subtitle")
    if document.tags:
        made.add_paragraph().add_run(document.tags).bold = True


def _set_properties(made: WordDocument, document: PrintedDocument) -> None:
    properties = made.core_properties
    date = datetime(*document.date, tzinfo=UTC) if document.date else _NO_DATE
    # A property holds 255 characters.
    properties.title = document.title[:255]
    properties.subject = document.number[:255]
    properties.author = document.author[:255]
    properties.last_modified_by = ""
    properties.comments = ""
    properties.language = "en"
    properties.created = date
    properties.modified = date
    properties.revision = 1


def _set_page(section: Section, *, landscape: bool) -> None:
    across, down = reversed(_PAGE) if landscape else _PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(across), Mm(down)
    section.left_margin = section.right_margin = Mm(_MARGIN)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    section.header_distance, section.footer_distance = Mm(11), Mm(10)


def _set_running_lines(section: Section, document: PrintedDocument) -> None:
    """Write what stands above and below every page; further sections go on with it."""
    title = document.title if len(document.title) <= 90 else f"{document.title[:88]}…"
    above = section.header.paragraphs[0]
    above.text = f"{document.number}\N{EM SPACE}{title}".strip()
    below = section.footer.paragraphs[0]
    below.add_run("Page ")
    _add_field(below, "PAGE")
    below.add_run(" of ")
    _add_field(below, "NUMPAGES")


def _add_field(paragraph: WordParagraph, code: str) -> None:
    # No public way leads to a field.
    paragraph._p.insert_element_before(parse_xml(field_markup(code)))


def _set_styles(made: WordDocument) -> None:
    styles = made.styles
    normal = _style(made, "Normal", size=9.5, after=4)
    normal.paragraph_format.line_spacing = 1.1
    for name, size, before, after in (
        ("Title", 22, 6, 6),
        ("Subtitle", 11, 0, 6),
        ("Heading 1", 17, 24, 10),
        ("Heading 2", 12.5, 16, 6),
        ("Heading 3", 10.5, 14, 5),
        ("Caption", 9, 12, 4),
    ):
        style = _style(made, name, size=size, before=before, after=after)
        style.font.bold = name != "Subtitle"
        style.font.italic = False
        style.paragraph_format.keep_with_next = True
    _style(made, "Subtitle", size=11, after=6).font.color.rgb = _MUTED
    for name in ("Header", "Footer"):
        style = _style(made, name, size=8)
        style.font.color.rgb = _MUTED
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    terms = _new_style(made, "Terms", size=9.5, after=3).paragraph_format
    terms.left_indent, terms.first_line_indent = Mm(5), Mm(-5)
    _new_style(made, "TableText", size=7.5)
    head = _new_style(made, "TableHead", size=7.5)
    head.font.bold = True
    heading = _new_style(made, "TableHeading", size=7.5, before=4)
    heading.font.bold = True
    heading.paragraph_format.keep_with_next = True
    _new_style(made, "TableNote", size=7.5, before=2).font.color.rgb = _MUTED
    styles.element.append(parse_xml(_TABLE_STYLE))
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")


def _style(
    made: WordDocument, name: str, *, size: float, before: float = 0, after: float = 0
) -> ParagraphStyle:
    style = made.styles[name]
    assert isinstance(style, ParagraphStyle)  # the names are those of paragraphs
    style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), _INK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # A theme's font would go before the one named.
    for attribute in list(fonts.attrib):
        if "Theme" in str(attribute) or "theme" in str(attribute):
            del fonts.attrib[attribute]
    for script in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), _FONT)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    # The template's titles have a line below them and letters set apart.
    for path in ("w:pPr/w:pBdr", "w:rPr/w:spacing", "w:rPr/w:kern"):
        for found in style.element.xpath(path):
            found.getparent().remove(found)
    return style


def _new_style(
    made: WordDocument, name: str, *, size: float, before: float = 0, after: float = 0
) -> ParagraphStyle:
    made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style = _style(made, name, size=size, before=before, after=after)
    style.paragraph_format.line_spacing = 1.0
    return style


_TABLE_STYLE = """
<w:style xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    w:type="table" w:customStyle="1" w:styleId="PrintedTable">
  <w:name w:val="Printed Table"/><w:uiPriority w:val="99"/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="6" w:space="0" w:color="4A5668"/>
      <w:bottom w:val="single" w:sz="6" w:space="0" w:color="4A5668"/>
      <w:insideH w:val="single" w:sz="2" w:space="0" w:color="C9D0D8"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="30" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>
      <w:bottom w:w="30" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>
    <w:bottom w:val="single" w:sz="6" w:space="0" w:color="4A5668"/>
  </w:tcBorders></w:tcPr></w:tblStylePr>
</w:style>
"""


def _without_times(packed: BinaryIO) -> bytes:
    """Return a packed file whose parts all carry the same time."""
    written = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(written, "w") as target:
        for item in source.infolist():
            part = zipfile.ZipInfo(item.filename, _EARLIEST)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(item))
    return written.getvalue()
