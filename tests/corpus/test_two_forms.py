"""One trial in two forms: what both hold is compared, and what is left are real differences of two downloads."""

from pathlib import Path

import pytest

from topline.formats.comparison import Comparison, compare_files

pytestmark = pytest.mark.corpus


def _results(found: Comparison) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.field, one.before, one.after)
        for one in found.differences
        if not one.same_value and (one.address_b or one.address_a or "").startswith("/resultsS")
    ]


def test_public_xml_of_2018_and_json_of_2023_say_the_same_of_the_results(corpus: Path) -> None:
    found = compare_files(
        corpus / "records/legacy_xml/NCT00023673.xml", corpus / "records/v1_json/NCT00023673.json"
    )
    # The registry renamed the measure, and the limitation is gone; every number is equal, and two texts have
    # other line breaks.
    renamed, (gone, before, after) = _results(found)
    assert renamed == ("title", "Age", "Age, Continuous")
    assert (gone, after) == ("description", None)
    assert before
    tallies = {tally.section: tally for tally in found.tallies}
    assert (tallies["adverse events"].equal, tallies["adverse events"].differs) == (1328, False)
    assert tallies["outcome measures"].spelling == tallies["outcome measures"].changed == 2


def test_json_of_both_versions_of_the_registry_say_the_same_of_the_results(corpus: Path) -> None:
    found = compare_files(
        corpus / "records/v1_json/NCT05594173.json", corpus / "records/v2/NCT05594173.json"
    )
    assert _results(found) == []


@pytest.mark.parametrize("form", ["page-text", "prs-xml"])
def test_a_record_and_its_own_document_differ_in_nothing_that_the_form_holds(
    corpus: Path, tmp_path: Path, form: str
) -> None:
    from topline.formats.conversion import convert

    record = corpus / "records/v2/NCT00436748.json"
    document = tmp_path / "document"
    convert(record, document, target_format=form)
    found = compare_files(record, document)
    assert found.differences == ()
    assert sum(tally.equal for tally in found.tallies) > 2000
