"""Generated records as FHIR bundles: the structure holds whatever a record holds."""

import io
import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.record_strategies import nodes, studies
from tests.unit.fhir_structure import bundle_faults

from topline.formats.document import Document
from topline.formats.fhir.evidence_bundle import write
from topline.record.results import ResultsSection
from topline.record.study import Study


@settings(max_examples=60)
@given(
    records=st.lists(
        studies()
        | nodes(ResultsSection, most_fields=8).map(lambda made: Study(results_section=made)),
        max_size=2,
    )
)
def test_every_bundle_is_of_the_structure(records: list[Study]) -> None:
    stream = io.BytesIO()
    write([Document(study=one, format="api-json", place="made") for one in records], stream)
    read = json.loads(stream.getvalue(), parse_float=Decimal)
    assert not list(bundle_faults(read))
    made = [entry["resource"]["resourceType"] for entry in read.get("entry", [])]
    assert made.count("ResearchStudy") == len(records)
