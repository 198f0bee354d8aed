"""Results put into a downloaded document: the bytes around them stay, and no other study is touched."""

import io

import pytest
from tests.unit.prs_examples import collection, read, record, result, study_element

from topline.errors import DocumentError, NotFoundError, ToplineError, UsageError
from topline.formats.document import Document
from topline.formats.prs_xml import write_into
from topline.formats.source import Source
from topline.record.results import (
    AdverseEventsModule,
    EventGroup,
    MoreInfoModule,
    PointOfContact,
)

NEW = record(
    more_info_module=MoreInfoModule(point_of_contact=PointOfContact(title="Søren €")),
    adverse_events_module=AdverseEventsModule(event_groups=(EventGroup(id="EG000", title="A"),)),
)
OLD = (
    "<rrs:result  xmlns:rrs = 'http://clinicaltrials.gov/rrs' ><!-- > --><outcomeMeasures/>"
    "<pointOfContact><title><![CDATA[</rrs:result>]]></title></pointOfContact></rrs:result  >"
)
BEFORE = (
    "<!-- kept <rrs:result> --><prs:study_collection xmlns:prs='http://clinicaltrials.gov/prs'>\n"
    "<clinical_study  ><id_info><org_name>Caf\u00e9 &amp; &#x43;o</org_name><org_study_id> A-1 "
    "</org_study_id></id_info>\n\t<brief_title>a  b</brief_title>"
)
AFTER = "\n</clinical_study  >\n</prs:study_collection>\n<!-- end -->"


def spliced(data: bytes, document: Document = NEW, *, partial: bool = True) -> bytes:
    stream = io.BytesIO()
    write_into(document, Source("down.xml", io.BytesIO(data)), stream, partial=partial)
    return stream.getvalue()


def contact(data: bytes) -> str | None:
    section = read(data).study.results_section
    assert section is not None
    assert section.more_info_module is not None
    assert section.more_info_module.point_of_contact is not None
    return section.more_info_module.point_of_contact.title


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("declared", "encoding", "mark"),
    [
        ("", "utf-8", b""),
        ("<?xml version='1.0' encoding='UTF-8'?>", "utf-8", b"\xef\xbb\xbf"),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16-le", b"\xff\xfe"),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16-be", b"\xfe\xff"),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16-le", b""),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16-be", b""),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>", "iso-8859-1", b""),
        ('<?xml version="1.0"  encoding="windows-1252"?>', "windows-1252", b""),
    ],
)
def test_every_byte_around_the_results_stays(
    newline: str, declared: str, encoding: str, mark: bytes
) -> None:
    before = mark + (declared + BEFORE).replace("\n", newline).encode(encoding)
    after = AFTER.replace("\n", newline).encode(encoding)
    data = spliced(before + OLD.encode(encoding) + after)
    assert data.startswith(before)
    assert data.endswith(after)
    inside = data[len(before) : -len(after)].decode(encoding)
    assert inside.startswith(
        '<rrs:result xmlns:rrs="http://clinicaltrials.gov/rrs" partialUpload="true">' + newline
    )
    assert inside.endswith("</rrs:result>")
    assert inside.count("\n") == inside.count(newline)
    assert contact(data) == "Søren €"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, AFTER),
        (BEFORE, '<r:resultDisposition xmlns:r="http://clinicaltrials.gov/rrs"/>' + AFTER),
    ],
)
def test_results_are_put_in_their_place_where_there_were_none(before: str, after: str) -> None:
    data = spliced((before + after).encode())
    start, end = before.encode(), after.encode()
    if "Disposition" not in after:
        start, end = start + b"\n", end[1:]
    assert data.startswith(start + b"<rrs:result ")
    assert data.endswith(b"</rrs:result>\n" + end)
    assert contact(data) == "Søren €"


@pytest.mark.parametrize("attribute", ["", ' x="/>"', " x='a>b' "])
@pytest.mark.parametrize("between", ["", "\n", "<!-- > -->"])
@pytest.mark.parametrize("content", ["/>", "></rrs:result\n>"])
def test_an_empty_element_of_results_is_replaced(
    attribute: str, between: str, content: str
) -> None:
    empty = f'<rrs:result xmlns:rrs="http://clinicaltrials.gov/rrs"{attribute}{content}'
    after = between + AFTER.lstrip()
    data = spliced((BEFORE + empty + after).encode())
    assert data.startswith(BEFORE.encode())
    assert data.endswith(b"</rrs:result>" + after.encode())


def test_without_partial_upload_the_attribute_is_left_out() -> None:
    assert b"partialUpload" not in spliced((BEFORE + OLD + AFTER).encode(), partial=False)


def test_of_several_studies_one_is_replaced_and_ids_stay_unique() -> None:
    used = (
        "<outcomeMeasures/><reportedEvents><frequentAdverseEvents/><interventionGroups>"
        '<interventionGroup id="EG000"/></interventionGroups><seriousAdverseEvents/></reportedEvents>'
    )
    first, second = study_element(result(used), "B-2"), study_element(result(used))
    data = spliced(collection(first, second).encode())
    assert first.encode() in data
    assert second.encode() not in data
    assert data.count(b'id="EG000"') == 1
    assert b'<interventionGroup id="S2-EG000">' in data


def test_the_number_of_the_registry_finds_a_study_too() -> None:
    numbered = study_element("", "B-2").replace(
        "</id_info>", "<secondary_id><id>NCT00000001</id></secondary_id></id_info>"
    )
    document = record(number=None, nct_id="NCT00000001")
    assert b"rrs:result" in spliced(collection(numbered).encode(), document)


@pytest.mark.parametrize(
    ("data", "document", "error", "message"),
    [
        (collection(study_element("", "B-2")), NEW, NotFoundError, "no study A-1"),
        (
            collection(study_element(""), study_element("")),
            NEW,
            UsageError,
            "2 studies have the number",
        ),
        (collection(study_element("")), record(number=None), UsageError, "neither"),
        (
            collection(
                study_element("").replace("</id_info>", "<nct_id>NCT00000002</nct_id></id_info>")
            ),
            record(nct_id="NCT00000001"),
            UsageError,
            "is NCT00000002 there, and NCT00000001",
        ),
        (
            collection(
                study_element("", "B-2").replace(
                    "</id_info>", "<nct_id>NCT00000001</nct_id></id_info>"
                )
            ),
            record(nct_id="NCT00000001"),
            UsageError,
            "has the number B-2 there, and A-1",
        ),
        (collection(study_element(result("") * 2)), NEW, DocumentError, "more than one result"),
        (result("<outcomeMeasures/>"), NEW, DocumentError, "result stands in"),
        ("<study_collection/>", NEW, DocumentError, "no namespace"),
        (collection(study_element(""))[:-9], NEW, DocumentError, "not well-formed"),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]>' + collection(study_element("")),
            NEW,
            DocumentError,
            "document type declaration",
        ),
    ],
)
def test_anything_else_is_refused(
    data: str, document: Document, error: type[ToplineError], message: str
) -> None:
    with pytest.raises(error, match=message):
        spliced(data.encode(), document)


def test_an_encoding_without_ascii_is_refused() -> None:
    data = ("<?xml version='1.0' encoding='IBM037'?>" + collection(study_element(""))).encode(
        "cp037"
    )
    with pytest.raises(DocumentError):
        spliced(data)
