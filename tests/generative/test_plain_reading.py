"""What is read in one pass is what the longer way reads: of whole documents and of damaged ones.

The readers of the two upload formats read a part in one pass where nothing is in the way, and look closer where
anything is. Here every document is read both ways, after a few changes of its elements.
"""

import copy
import io
from collections.abc import Iterator
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from topline.errors import ToplineError
from topline.formats import eudract_tree, eudract_xml, prs_events, prs_xml
from topline.formats.document import Document, SetAside
from topline.formats.eudract_layout import Lack, Layout
from topline.formats.eudract_record import layout_of, study_of
from topline.formats.source import Source

EVENTS = """<r:result xmlns:r="http://clinicaltrials.gov/rrs"><reportedEvents>
  <frequentAdverseEvents><frequentEvent>
    <adverseEventStats>
      <eventStats><reportingGroupId>E1</reportingGroupId><numEvents>2</numEvents><numSubjects>9</numSubjects></eventStats>
      <eventStats><reportingGroupId>E2</reportingGroupId><numSubjectsAffected>0</numSubjectsAffected></eventStats>
    </adverseEventStats>
    <assessmentType>Systematic</assessmentType><organSystemName>Heart</organSystemName><term>Flutter</term>
  </frequentEvent></frequentAdverseEvents>
  <interventionGroups>
    <interventionGroup id="E1"><title>Drug</title></interventionGroup>
    <interventionGroup id="E2"><title>Placebo</title></interventionGroup>
  </interventionGroups>
  <sourceVocabulary>MedDRA</sourceVocabulary>
</reportedEvents></r:result>"""

SAFETY = f"""<aev:adverseEvents xmlns:aev="{eudract_tree.NAMESPACE}">
  <nonSeriousEventFrequencyThreshold>5</nonSeriousEventFrequencyThreshold>
  <reportingGroups>
    <reportingGroup id="G1"><title>Drug</title><subjectsExposed>9</subjectsExposed></reportingGroup>
    <reportingGroup id="G2"><title>Placebo</title><subjectsExposed>8</subjectsExposed></reportingGroup>
  </reportingGroups>
  <seriousAdverseEvents><seriousAdverseEvent>
    <term>Flutter</term>
    <organSystem><eutctId>100000004849</eutctId><version>22</version></organSystem>
    <assessmentMethod><value> ADV_EVT_ASSESS_TYPE.systematic </value></assessmentMethod>
    <dictionaryOverridden>false</dictionaryOverridden>
    <values>
      <value reportingGroupId="G1"><occurrences>03</occurrences><subjectsExposed>9</subjectsExposed>
        <fatalities><deaths>1</deaths></fatalities></value>
      <value reportingGroupId="G2"><occurrences>0</occurrences><subjectsAffected>0</subjectsAffected></value>
    </values>
  </seriousAdverseEvent></seriousAdverseEvents>
</aev:adverseEvents>"""

TEXTS = ("", " ", "\n", "\u00a0", "x", "0", " 07 ", "-1", "1.5", "99999999999999999999", "\u0663")


def damaged(document: str, data: st.DataObject) -> bytes:
    """Change some elements of a document."""
    root = etree.fromstring(document)
    for _ in range(data.draw(st.integers(0, 3))):
        every = list(root.iterdescendants())
        if not every:
            break
        one = data.draw(st.sampled_from(every))
        parent = one.getparent()
        assert parent is not None
        kind = data.draw(
            st.sampled_from(["text", "tail", "twice", "gone", "named", "below", "attribute"])
        )
        text = data.draw(st.sampled_from(TEXTS))
        if kind == "text":
            one.text = text
        elif kind == "tail":
            one.tail = text
        elif kind == "twice":
            parent.append(copy.deepcopy(one))
        elif kind == "gone":
            parent.remove(one)
        elif kind == "named":
            names = [str(other.tag) for other in every]
            one.tag = data.draw(st.sampled_from([*names, "unknown", "{urn:other}title"]))
        elif kind == "below":
            etree.SubElement(one, data.draw(st.sampled_from(["term", "{urn:other}title"])))
        else:
            one.set(data.draw(st.sampled_from(["id", "lang"])), text)
    return etree.tostring(root)


def outcome(documents: Iterator[Document]) -> list[Document] | str:
    """Give what is read, or the words of the refusal."""
    try:
        return list(documents)
    except ToplineError as error:
        return str(error)


@given(data=st.data())
@settings(max_examples=200)
def test_the_registrys_upload_is_read_alike(data: st.DataObject) -> None:
    changed = damaged(EVENTS, data)
    read = outcome(prs_xml.read(Source("made", io.BytesIO(changed))))
    with patch.object(prs_events, "plain_texts", return_value=None):
        assert read == outcome(prs_xml.read(Source("made", io.BytesIO(changed))))


@given(data=st.data())
@settings(max_examples=200)
def test_the_xml_of_eudract_is_read_alike(data: st.DataObject) -> None:
    changed = damaged(SAFETY, data)
    read = outcome(eudract_xml.read(Source("made", io.BytesIO(changed))))
    with patch.object(eudract_tree, "plain_values", return_value=None):
        assert read == outcome(eudract_xml.read(Source("made", io.BytesIO(changed))))


@given(data=st.data())
@settings(max_examples=200)
def test_what_is_set_aside_is_where_the_record_laid_out_whole_differs(data: st.DataObject) -> None:
    changed = damaged(SAFETY, data)
    read = outcome(eudract_xml.read(Source("made", io.BytesIO(changed))))
    if isinstance(read, str):
        return
    found = eudract_tree.read_tree(etree.fromstring(changed), "made")
    aside = [item for item in read[0].set_aside if item.address and item.field != "id"]
    assert aside == list(_differing(found, layout_of(study_of(found))))


def _differing(found: Layout, known: Layout) -> Iterator[SetAside]:
    """Compare every field of every part with what the record would have written there."""
    for part, own_part in zip(found.parts(), known.parts(), strict=True):
        for field in part.fields:
            value, own = part.values[field.name], own_part.values[field.name]
            refused = isinstance(value, str) and field.kind != "term" and field.fault(value)
            if value != own and not (isinstance(own, Lack) and refused):
                reason = "the record has no place for it"
                if not isinstance(own, Lack):
                    reason = "the record would have it written otherwise"
                yield SetAside(part.address, field.name, part.text(field) or "", reason)
