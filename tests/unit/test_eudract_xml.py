"""EudraCT's adverse-event XML: what is read, asked for, written and refused."""

import csv
import io
from pathlib import Path

import pytest
from lxml import etree
from tests.unit.command import Command

from topline.errors import DocumentError, OutputError, ToplineError, UsageError
from topline.formats import eudract_fields as fields
from topline.formats import eudract_xml
from topline.formats.answers import UNKNOWN, Answer, Answers, in_ranges, read_answers
from topline.formats.conversion import ask, convert
from topline.formats.document import Document
from topline.formats.eudract_terms import dictionary_of, vocabulary_of
from topline.formats.read_back import Lost
from topline.formats.registry import read_document, recognize_format
from topline.formats.source import Source
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
    ResultsSection,
)
from topline.record.study import Study

MODULE = "/resultsSection/adverseEventsModule"
SPACE = 'xmlns:aev="http://eudract.ema.europa.eu/schema/clinical_trial_result/adverse_events"'


def document(*answers: tuple[str, str, str], title: str = "Drug", terms: int = 1) -> Document:
    """Give a record with a group, and as many serious terms, and answers to what EudraCT asks."""
    events = tuple(
        AdverseEvent(
            term=f"Term {number}",
            organ_system="Cardiac disorders",
            source_vocabulary="MedDRA 22.0",
            assessment_type="SYSTEMATIC_ASSESSMENT",
            stats=(EventStats(group_id="EG000", num_events=3, num_affected=2, num_at_risk=20),),
        )
        for number in range(terms)
    )
    group = EventGroup(
        id="EG000",
        title=title,
        deaths_num_affected=1,
        deaths_num_at_risk=20,
        serious_num_affected=2,
        serious_num_at_risk=20,
        other_num_affected=0,
        other_num_at_risk=20,
    )
    module = AdverseEventsModule(
        frequency_threshold="5", time_frame="1 year", event_groups=(group,), serious_events=events
    )
    study = Study(has_results=True, results_section=ResultsSection(adverse_events_module=module))
    given = tuple(
        Answer(address=MODULE + address, field=field, value=value, place=f"answers.csv, row {row}")
        for row, (address, field, value) in enumerate(answers, start=2)
    )
    return Document(study=study, format="api-json", place="record.json", answers=given)


ANSWERS = (
    ("/eventGroups/0", "deathsResultingFromAdverseEvents", "1"),
    ("/seriousEvents/*", "organSystem/version", "22"),
    ("/seriousEvents/*/stats/*", "occurrencesCausallyRelatedToTreatment", "2"),
    ("/seriousEvents/*/stats/*", "fatalities/deaths", "1"),
    ("/seriousEvents/*/stats/*", "fatalities/deathsCausallyRelatedToTreatment", "0"),
)


def written(one: Document) -> bytes:
    stream = io.BytesIO()
    eudract_xml.write([one], stream)
    return stream.getvalue()


def read(data: bytes) -> Document:
    (found,) = eudract_xml.read(Source("a.xml", io.BytesIO(data)))
    return found


class TestWriting:
    def test_every_value_stands_in_its_place(self) -> None:
        root = etree.fromstring(written(document(*ANSWERS)))
        assert root.tag == f"{{{SPACE.partition('=')[2].strip(chr(34))}}}adverseEvents"
        assert root.findtext("nonSeriousEventFrequencyThreshold") == "5"
        assert root.findtext("dictionary/name/value") == fields.MEDDRA
        assert root.findtext("dictionary/version") == "22.0"
        group = root.find("reportingGroups/reportingGroup")
        assert group is not None
        assert [(child.tag, child.text) for child in group] == [
            ("title", "Drug"),
            ("description", None),
            ("subjectsAffectedByNonSeriousAdverseEvents", "0"),
            ("subjectsAffectedBySeriousAdverseEvents", "2"),
            ("subjectsExposed", "20"),
            ("deathsAllCauses", "1"),
            ("deathsResultingFromAdverseEvents", "1"),
        ]
        event = root.find("seriousAdverseEvents/seriousAdverseEvent")
        assert event is not None
        assert event.findtext("organSystem/eutctId") == "100000004849"
        assert event.findtext("dictionaryOverridden") == "false"
        assert event.find("dictionary") is None
        value = event.find("values/value")
        assert value is not None
        assert value.get("reportingGroupId") == group.get("id")
        assert "".join(value.itertext()).split() == ["3", "2", "20", "2", "1", "0"]

    def test_nothing_is_written_while_a_value_is_lacking_and_every_one_is_named(self) -> None:
        with pytest.raises(OutputError) as raised:
            written(document(terms=3))
        said = str(raised.value)
        assert said.startswith("EudraCT adverse-event XML wants 13 values that the record does")
        assert f"{MODULE}/seriousEvents/0-2/stats/0" in said
        for _, field, _ in ANSWERS:
            assert field in said
        assert "--answers" in said

    def test_a_term_of_another_dictionary_names_its_own(self) -> None:
        one = document(*ANSWERS, terms=3)
        section = one.study.results_section
        assert section is not None
        module = section.adverse_events_module
        assert module is not None
        assert module.serious_events is not None
        first, *others = module.serious_events
        import msgspec

        changed = msgspec.structs.replace(
            module,
            serious_events=(
                msgspec.structs.replace(first, source_vocabulary="CTCAE (4.0)"),
                *others,
            ),
        )
        study = Study(results_section=ResultsSection(adverse_events_module=changed))
        root = etree.fromstring(
            written(Document(study=study, format="x", place="", answers=one.answers))
        )
        own, *same = root.findall("seriousAdverseEvents/seriousAdverseEvent")
        assert own.findtext("dictionaryOverridden") == "true"
        assert own.findtext("dictionary/otherName") == "CTCAE"
        assert own.findtext("dictionary/name/value") == fields.OTHER
        assert {event.findtext("dictionaryOverridden") for event in same} == {"false"}
        back = read(etree.tostring(root)).study.results_section
        assert back is not None
        assert back.adverse_events_module is not None
        events = back.adverse_events_module.serious_events or ()
        assert [event.source_vocabulary for event in events] == [
            "CTCAE (4.0)",
            "MedDRA 22.0",
            "MedDRA 22.0",
        ]

    def test_a_title_of_three_characters_is_asked_for_and_told_as_lost(self) -> None:
        short = document(*ANSWERS, title="A+B")
        with pytest.raises(OutputError, match="title"):
            written(short)
        longer = document(*ANSWERS, ("/eventGroups/0", "title", "Drug A and B"), title="A+B")
        assert b"<title>Drug A and B</title>" in written(longer)
        assert list(eudract_xml.losses(longer)) == [
            Lost(f"{MODULE}/eventGroups/0/title", "the document says 'Drug A and B' for it")
        ]

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (("/seriousEvents/0", "organSystem/version", "new"), "'new' is no whole number"),
            (("/seriousEvents/0", "organSystem/version", "99999"), "not from 0 to 32767"),
            (("/seriousEvents/0/stats/0", "fatalities/deaths", "-1"), "'-1' is no whole number"),
            (("/seriousEvents/0/stats/0", "fatalities/deaths", "3"), "subjectsAffected is 2"),
            (
                ("/seriousEvents/0/stats/0", "occurrencesCausallyRelatedToTreatment", "4"),
                "occurrences is 3",
            ),
            (
                ("/seriousEvents/0/stats/0", "fatalities/deathsCausallyRelatedToTreatment", "2"),
                "fatalities/deaths is 1",
            ),
            (("/seriousEvents/0/stats/0", "fatalities/deaths", "2"), "2 died of one term and 1"),
            (("/seriousEvents/9", "organSystem/version", "22"), "no such part"),
            (("/seriousEvents/0", "organsystem", "22"), "EudraCT has no such field there"),
            (("/seriousEvents/0", "term", "Other term"), "an answer cannot change a record"),
            (("/seriousEvents/0", "organSystem/version", UNKNOWN), "is not known"),
        ],
    )
    def test_an_answer_that_cannot_be_is_refused_with_its_line(
        self, answer: tuple[str, str, str], says: str
    ) -> None:
        with pytest.raises(DocumentError) as raised:
            written(document(*ANSWERS, answer))
        assert says in str(raised.value)
        assert MODULE in str(raised.value.where)

    def test_more_deaths_from_events_than_deaths_are_refused(self) -> None:
        answers = [a for a in ANSWERS if a[1] != "deathsResultingFromAdverseEvents"]
        with pytest.raises(DocumentError, match="deathsAllCauses is 1"):
            written(document(*answers, ("/eventGroups/0", "deathsResultingFromAdverseEvents", "2")))

    def test_unknown_is_written_as_nothing(self) -> None:
        answers = [(a, f, v if f == "organSystem/version" else UNKNOWN) for a, f, v in ANSWERS]
        root = etree.fromstring(written(document(*answers)))
        assert root.find(".//fatalities") is None
        assert root.find(".//occurrencesCausallyRelatedToTreatment") is None
        deaths = root.find(".//deathsResultingFromAdverseEvents")
        assert deaths is not None
        assert deaths.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"

    def test_a_character_that_xml_cannot_hold_is_refused(self) -> None:
        with pytest.raises(OutputError, match=r"U\+0007"):
            written(document(*ANSWERS, title="Drug\a"))

    @pytest.mark.parametrize("number", [0, 2])
    def test_a_document_is_of_one_study(self, number: int) -> None:
        with pytest.raises(DocumentError, match="study"):
            eudract_xml.write([document(*ANSWERS)] * number, io.BytesIO())

    @pytest.mark.parametrize(
        "module",
        [
            None,
            AdverseEventsModule(
                event_groups=(EventGroup(id="EG000"), EventGroup(id="EG000")),
            ),
            AdverseEventsModule(
                serious_events=(AdverseEvent(term="Pain", stats=(EventStats(group_id="X"),)),),
            ),
        ],
    )
    def test_a_record_that_cannot_be_laid_out_is_refused(
        self, module: AdverseEventsModule | None
    ) -> None:
        study = Study(results_section=ResultsSection(adverse_events_module=module))
        with pytest.raises(OutputError) as raised:
            written(Document(study=study, format="api-json", place=""))
        assert raised.value.where is not None
        assert raised.value.where.startswith(MODULE)


class TestReading:
    def test_what_a_record_has_no_place_for_is_set_aside_and_given_back(self) -> None:
        data = written(document(*ANSWERS))
        found = read(data)
        assert {
            (item.address.removeprefix(MODULE), item.field, item.value) for item in found.set_aside
        } == {
            ("/eventGroups/0", "deathsResultingFromAdverseEvents", "1"),
            ("/seriousEvents/0", "organSystem/version", "22"),
            ("/seriousEvents/0/stats/0", "occurrencesCausallyRelatedToTreatment", "2"),
            ("/seriousEvents/0/stats/0", "fatalities/deaths", "1"),
            ("/seriousEvents/0/stats/0", "fatalities/deathsCausallyRelatedToTreatment", "0"),
        }
        assert found.study == document().study
        assert written(found) == data

    def test_what_was_set_aside_of_a_part_that_is_gone_is_refused(self) -> None:
        found = read(written(document(*ANSWERS, terms=2)))
        fewer = Document(
            study=document().study, format=found.format, place="", set_aside=found.set_aside
        )
        with pytest.raises(OutputError, match="has nowhere to go"):
            written(fewer)

    @pytest.mark.parametrize(
        ("body", "says", "line"),
        [
            ("<result/>", "has 0 sections", 1),
            ("<adverseEvents/>", "the root element is 'adverseEvents'", 1),
            ("<clinical_study/>", "the root element is 'clinical_study'", 1),
            (f"<aev:adverseEvents {SPACE}>\n<a/></aev:adverseEvents>", "a is no part of", 2),
            (f"<aev:adverseEvents {SPACE}>text</aev:adverseEvents>", "holds the text 'text'", 1),
            (
                f"<aev:adverseEvents {SPACE}><timeFrame>1</timeFrame>\n<timeFrame>2</timeFrame>"
                "</aev:adverseEvents>",
                "a second timeFrame",
                2,
            ),
            (
                f"<aev:adverseEvents {SPACE}>\n<timeFrame><b>1</b></timeFrame></aev:adverseEvents>",
                "timeFrame holds b",
                2,
            ),
            (
                f"<aev:adverseEvents {SPACE}>\n<nonSeriousEventFrequencyThreshold>9"
                "</nonSeriousEventFrequencyThreshold></aev:adverseEvents>",
                "9 is not from 0 to 5",
                2,
            ),
        ],
    )
    def test_what_is_no_such_document_is_refused_with_its_line(
        self, body: str, says: str, line: int
    ) -> None:
        with pytest.raises(DocumentError) as raised:
            read(body.encode())
        assert says in str(raised.value)
        assert raised.value.where == f"a.xml, line {line}"

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            (b"<subjectsAffected>2<", b"<subjectsAffected>two<", "'two' is no whole number"),
            (b"<subjectsAffected>2<", b"<subjectsAffected>-2<", "'-2' is no whole number"),
            (b"<subjectsAffected>2<", b"<subjectsAffected>2.0<", "'2.0' is no whole number"),
            (b"<subjectsAffected>2<", b"<subjectsAffected>1e9<", "'1e9' is no whole number"),
            (b'reportingGroupId="EG000"', b'reportingGroupId="B"', "'B', which is no reporting"),
            (b' id="EG000"', b"", "reportingGroup has no id"),
            (b"</reportingGroups>", b'<reportingGroup id="EG000"/></reportingGroups>', "twice"),
            (b"<values>", b"<values><other/>", "other is no part of values"),
        ],
    )
    def test_a_wrong_value_is_refused_with_its_line(
        self, old: bytes, new: bytes, says: str
    ) -> None:
        data = written(document(*ANSWERS))
        assert old in data
        with pytest.raises(DocumentError) as raised:
            read(data.replace(old, new, 1))
        assert says in str(raised.value)
        assert ", line " in str(raised.value.where)

    def test_half_a_document_is_refused(self) -> None:
        data = written(document(*ANSWERS))
        with pytest.raises(DocumentError, match="not well-formed"):
            read(data[: len(data) // 2])

    def test_a_document_with_entities_is_refused(self) -> None:
        data = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + written(
            document(*ANSWERS)
        ).partition(b"?>")[2].replace(b"1 year", b"&e;")
        with pytest.raises(ToplineError, match="document type declaration"):
            read(data)

    def test_what_eudract_does_not_take_is_read_and_then_asked_for(self) -> None:
        data = written(document(*ANSWERS))
        found = read(data.replace(b"<subjectsExposed>20<", b"<subjectsExposed>0<"))
        assert {one.field for one in eudract_xml.asks(found)} == {"subjectsExposed"}
        found = read(data.replace(b"<title>Drug<", b"<title>A+B<"))
        assert {one.field for one in eudract_xml.asks(found)} == {"title"}

    def test_the_format_is_known_by_its_content(self) -> None:
        data = written(document(*ANSWERS))
        assert recognize_format(Source("a", io.BytesIO(data))).name == "eudract-xml"
        full = b'<result xmlns="http://eudract.ema.europa.eu/schema/clinical_trial_result"/>'
        assert eudract_xml.recognizes(full)
        assert not eudract_xml.recognizes(
            b'<rrs:result xmlns:rrs="http://clinicaltrials.gov/rrs"/>'
        )

    def test_other_sections_of_a_full_result_set_come_along(self) -> None:
        alone = written(document(*ANSWERS)).partition(b"?>")[2].strip()
        section = alone.replace(b"aev:adverseEvents", b"adverseEvents")
        data = (
            b'<result eudractNumber="2013-000001-01"><trialInformation><fullTitle>A &amp; B</fullTitle>'
            b"</trialInformation>" + section + b"</result>"
        )
        found = read(data)
        apart = [item.field for item in found.set_aside if not item.address]
        assert apart == ["@eudractNumber", "trialInformation"]
        root = etree.fromstring(written(found))
        assert root.get("eudractNumber") == "2013-000001-01"
        assert root.findtext("trialInformation/fullTitle") == "A & B"
        assert read(written(found)) == found


class TestDictionaries:
    @pytest.mark.parametrize(
        ("vocabulary", "expected"),
        [
            ("MedDRA", (None, None, fields.MEDDRA)),
            ("MedDRA (15.0)", (None, "15.0", fields.MEDDRA)),
            ("MedDRA v12.1", (None, "12.1", fields.MEDDRA)),
            ("MedDRA Version: 13.1", (None, "13.1", fields.MEDDRA)),
            ("MedDra 20.0", (None, "20.0", fields.MEDDRA)),
            ("MedDRA v 19.0", (None, "19.0", fields.MEDDRA)),
            ("MedDRA (Unspecified)", (None, None, fields.MEDDRA)),
            ("SNOMED CT", (None, None, fields.SNOMED)),
            ("CTCAE (4.0)", ("CTCAE", "4.0", fields.OTHER)),
            ("CTCv4", ("CTCv4", None, fields.OTHER)),
        ],
    )
    def test_a_vocabulary_is_a_dictionary_and_its_version(
        self, vocabulary: str, expected: tuple[str | None, str | None, str]
    ) -> None:
        assert dictionary_of(vocabulary) == expected
        again = vocabulary_of(*expected)
        assert again is not None
        assert dictionary_of(again) == expected


class TestAnswers:
    def test_two_answers_to_one_question_are_refused(self) -> None:
        one = Answer(address="/a", field="b", value="1", place="x, row 2")
        with pytest.raises(DocumentError, match="answered twice"):
            Answers([one, Answer(address="/a", field="b", value="2", place="x, row 3")])

    @pytest.mark.parametrize(
        ("table", "says"),
        [
            ("", "the first line is ''"),
            ("address,value\n", "the first line is 'address,value'"),
            ("address,field,value,value\n", "first line"),
            ("address,field,value\n/a,b\n", "2 cells under 3 columns"),
            ("address,field,value\n/a,b,c,d\n", "4 cells under 3 columns"),
            ("address,field,value\na,b,c\n", "'a' is no address"),
            ("address,field,value\n/a," + "x" * 200_000 + ",c\n", "not CSV"),
        ],
    )
    def test_what_is_no_table_is_refused(self, table: str, says: str, tmp_path: Path) -> None:
        file = tmp_path / "answers.csv"
        file.write_text(table, encoding="utf-8")
        with pytest.raises(DocumentError) as raised:
            read_answers(file)
        assert says in str(raised.value)

    def test_a_table_of_another_encoding_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "answers.csv"
        file.write_bytes("address,field,value\n/a,b,é\n".encode("latin-1"))
        with pytest.raises(DocumentError, match="not UTF-8"):
            read_answers(file)

    def test_addresses_in_ranges_leave_none_out(self) -> None:
        addresses = [f"/e/{i}/s/{j}" for i in range(4) for j in range(3) if (i, j) != (2, 1)]
        assert in_ranges(addresses) == ["/e/0-1,3/s/0-2", "/e/2/s/0,2"]

    def test_a_format_that_asks_for_nothing_takes_no_answers(self, tmp_path: Path) -> None:
        record = tmp_path / "a.json"
        record.write_bytes(b'{"hasResults": true}')
        answers = tmp_path / "answers.csv"
        answers.write_text("address,field,value\n", encoding="utf-8")
        with pytest.raises(UsageError, match="asks for nothing"):
            convert(record, tmp_path / "b.json", answers=[answers])
        with pytest.raises(UsageError, match="asks for nothing"):
            ask(record, tmp_path / "c.csv", "api-json")


class TestCommand:
    def test_ask_answer_convert(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        topline = Command(capsys)
        record, table, made = (
            tmp_path / name for name in ("a.json", "asked.csv", "ae.eudract.xml")
        )
        from topline.formats.registry import write_documents

        write_documents([document()], record)
        assert topline("convert", record, "-o", made).code == 7
        assert not made.exists()
        assert topline("convert", record, "--ask", table).code == 2
        ran = topline("convert", record, "--to", "eudract-xml", "--ask", table)
        assert (ran.code, ran.out) == (0, "")
        assert "5 lines to fill in" in ran.err
        assert topline("convert", record, "-o", made, "--answers", table).code == 7

        rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
        values = {field: value for _, field, value in ANSWERS}
        with table.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows({**row, "value": values[row["field"]]} for row in rows)
        ran = topline("convert", record, "-o", made, "--answers", table)
        assert (ran.code, ran.err.splitlines()) == (
            0,
            [f"1 study from api-json, written to {made} as eudract-xml"],
        )
        assert read_document(made).study == document().study
        ran = topline("convert", made, "--to", "eudract-xml", "--ask", "-")
        assert "asks for nothing that this record does not give" in ran.err
