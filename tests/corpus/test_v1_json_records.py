"""Every value of real JSON of version 1 is in the record, or set aside and said why.

What a name of version 1 is today is taken from the API's own list of its fields, not from the reader.
"""

import json
import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from topline.formats.document import Document
from topline.formats.registry import read_document
from topline.record.cells import cells
from topline.record.difference import differences

pytestmark = pytest.mark.corpus

RECORDS = 7


@cache
def documents(corpus: Path) -> dict[str, tuple[Any, Document]]:
    files = sorted((corpus / "records/v1_json").glob("*.json"))
    return {file.stem: (json.loads(file.read_text()), read_document(file)) for file in files}


@cache
def names(corpus: Path) -> dict[str, str]:
    """Return what each field of the API is called today, by its name of version 1."""
    lines = (corpus / "schemas/api_v2/pieces.tsv").read_text().splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {row[1]: row[0].rsplit(".", 1)[-1] for row in rows} | {"Gender": "sex"}


@cache
def codes(corpus: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for codes in json.loads((corpus / "schemas/api_v2/enums.json").read_text()):
        for item in codes["values"]:
            found.setdefault(item["legacyValue"], set()).add(item["value"])
            for exception in (item.get("exceptions") or {}).values():
                found.setdefault(exception, set()).add(item["value"])
    return found


ONLY_ONE = {"DesignObservationalModel", "DesignTimePerspective"}


def values_of(tree: Any, address: str, today: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every value with the address it has today."""
    for name, value in tree.items():
        element, content = name, value
        if name.endswith("List"):
            ((element, content),) = value.items()
        here = f"{address}/{today.get(element, element)}"
        if not isinstance(content, list):
            content = [content]
        for position, part in enumerate(content):
            is_list = isinstance(value, dict) and name.endswith("List") and element not in ONLY_ONE
            where = f"{here}/{position}" if is_list else here
            if isinstance(part, dict):
                yield from values_of(part, where, today)
            else:
                yield where, part


def readings(text: str, corpus: Path) -> set[Any]:
    """Return what a printed value may be today."""
    found: set[Any] = {text, *codes(corpus).get(text, ())}
    if text.isdecimal():
        found.add(int(text))
    found |= {"Yes": {True}, "No": {False}, "Accepts Healthy Volunteers": {True}}.get(text, set())
    printed = re.fullmatch(r"([A-Z][a-z]+) (?:(\d{1,2}), )?(\d{4})", text)
    if printed is not None and printed[1] in list(month_name):
        month = list(month_name).index(printed[1])
        found.add(f"{printed[3]}-{month:02}" + (f"-{int(printed[2]):02}" if printed[2] else ""))
    uploaded = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4}) (\d\d:\d\d)", text)
    if uploaded is not None:
        found.add(f"{uploaded[3]}-{uploaded[1]}-{uploaded[2]}T{uploaded[4]}")
    return found


def at(tree: Any, address: str) -> Any:
    for token in address.split("/")[1:]:
        try:
            tree = tree[int(token)] if isinstance(tree, list) else tree[token]
        except (KeyError, IndexError):
            return None
    return tree


def test_every_value_is_in_the_record_or_set_aside(corpus: Path) -> None:
    counts: Counter[str] = Counter()
    for name, (written, document) in documents(corpus).items():
        tree = msgspec.json.decode(msgspec.json.encode(document.study))
        aside = [f"{item.address}/{item.field}" for item in document.set_aside]
        for address, text in values_of(written, "", names(corpus)):
            found = at(tree, address)
            if found is None and any(address.startswith(f"{item}/") for item in aside):
                counts["set aside"] += 1
            else:
                assert found in readings(text, corpus), (name, address)
                assert found is not None, (name, address)
                counts["in the record"] += 1
    assert len(documents(corpus)) == RECORDS
    assert counts == {"in the record": 11_815, "set aside": 4}
    assert {
        item.field for _, document in documents(corpus).values() for item in document.set_aside
    } == {"ResultsFirstPostedQCCommentsDateStruct"}


def test_a_trial_in_versions_1_and_2_has_the_same_results(corpus: Path) -> None:
    """NCT05594173, as JSON of version 1 of 2022 and of version 2 of 2024."""
    older = documents(corpus)["NCT05594173"][1].study
    newer = read_document(corpus / "records/v2/NCT05594173.json").study
    assert older.results_section is not None
    assert older.results_section == newer.results_section
    assert len(list(cells(older))) == 68
    assert {difference.address_b for difference in differences(older, newer)} == {
        # version 2 writes lists of criteria as Markdown
        "/protocolSection/descriptionModule/detailedDescription",
        "/protocolSection/eligibilityModule/eligibilityCriteria",
        # and gives what version 1 did not
        "/protocolSection/contactsLocationsModule/locations/0/geoPoint/lat",
        "/protocolSection/contactsLocationsModule/locations/0/geoPoint/lon",
        "/documentSection/largeDocumentModule/largeDocs/0/size",
        # what the registry derives, numbered anew
        "/derivedSection/miscInfoModule/versionHolder",
        *(f"/derivedSection/conditionBrowseModule/browseLeaves/{leaf}/id" for leaf in range(6)),
    }


def test_the_words_that_became_codes_are_all_known(corpus: Path) -> None:
    known = {code for found in codes(corpus).values() for code in found}
    coded = re.compile(
        r"/(?:reportingStatus|paramType|nonInferiorityType|ciNumSides|sex|phases/\d+)$"
    )
    for _, document in documents(corpus).values():
        tree = msgspec.json.decode(msgspec.json.encode(document.study))
        for address, text in leaves(tree, ""):
            if coded.search(address) and "/analyses/" not in address:
                assert text in known, address


def leaves(tree: Any, address: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict | list):
        for name, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(part, f"{address}/{name}")
    else:
        yield address, tree
