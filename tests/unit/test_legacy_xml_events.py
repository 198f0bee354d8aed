"""Tables of adverse events of the registry's older public XML."""

import pytest
from tests.unit.test_legacy_xml import RESULTS, as_json, asides, study

from topline.errors import LimitError
from topline.formats.document import Document


def event(term: str, counts: str, more: str = "") -> str:
    return f"<event><sub_title>{term}</sub_title>{more}<counts {counts}/></event>"


class TestEvents:
    address = f"{RESULTS}/adverseEventsModule"

    @staticmethod
    def events(table: str) -> Document:
        return study(
            results='<reported_events><group_list><group group_id="E1"><title>A</title></group>'
            f"</group_list>{table}</reported_events>"
        )

    @staticmethod
    def category(title: str, *events: str) -> str:
        return (
            f"<category><title>{title}</title><event_list>{''.join(events)}</event_list></category>"
        )

    def test_totals_and_deaths_belong_to_the_groups(self) -> None:
        counts = 'group_id="E1" subjects_affected="2" subjects_at_risk="9"'
        total = self.category(
            "Total",
            event("Total, serious adverse events", counts),
            event("Total, all-cause mortality", counts.replace("2", "1")),
        )
        document = self.events(
            f"<serious_events><category_list>{total}</category_list></serious_events>"
        )
        assert as_json(document, self.address) == {
            "eventGroups": (
                {
                    "id": "EG000",
                    "title": "A",
                    "deathsNumAffected": 1,
                    "deathsNumAtRisk": 9,
                    "seriousNumAffected": 2,
                    "seriousNumAtRisk": 9,
                },
            )
        }
        assert asides(document) == []

    def test_what_the_table_says_for_all_is_said_with_each(self) -> None:
        counts = 'group_id="E1" subjects_affected="2" subjects_at_risk="9" events="3"'
        own = "<assessment>Systematic Assessment</assessment>"
        document = self.events(
            "<other_events><frequency_threshold>5</frequency_threshold>"
            "<default_vocab>MedDRA</default_vocab>"
            "<default_assessment>Non-systematic Assessment</default_assessment><category_list>"
            + self.category("Eye disorders", event("Pain", counts), event("Ache", counts, own))
            + "</category_list></other_events>"
        )
        stats = {"groupId": "EG000", "numEvents": 3, "numAffected": 2, "numAtRisk": 9}
        common = {
            "organSystem": "Eye disorders",
            "sourceVocabulary": "MedDRA",
            "stats": (stats,),
        }
        assert as_json(document, f"{self.address}/otherEvents") == (
            {"term": "Pain", "assessmentType": "NON_SYSTEMATIC_ASSESSMENT", **common},
            {"term": "Ache", "assessmentType": "SYSTEMATIC_ASSESSMENT", **common},
        )
        assert as_json(document, self.address)["frequencyThreshold"] == "5"
        assert asides(document) == []

    @pytest.mark.parametrize(
        ("table", "expected"),
        [
            (
                "<default_vocab>MedDRA</default_vocab>",
                ("", "default_vocab", "MedDRA"),
            ),
            (
                "<category_list><category><title>Eye</title></category></category_list>",
                ("", "category/title", "Eye"),
            ),
            (
                "<category_list><category><title>Eye</title><title>Ear</title><event_list>"
                "<event/></event_list></category></category_list>",
                ("", "title", "Ear"),
            ),
            ("<category_list>stray</category_list>", ("", "category_list", "stray")),
            (
                "<category_list><category><title>Eye</title><event_list>"
                + event("Pain", 'group_id="E1" subjects_affected="two"')
                + "</event_list></category></category_list>",
                ("/seriousEvents/0/stats/0", "@subjects_affected", "two"),
            ),
        ],
    )
    def test_what_has_no_place(self, table: str, expected: tuple[str, str, str]) -> None:
        document = self.events(f"<serious_events>{table}</serious_events>")
        address, name, value = expected
        assert asides(document) == [(self.address + address, name, value)]

    @pytest.mark.parametrize(
        "table",
        [
            f"<default_vocab>{'x' * 2001}</default_vocab>",
            f"<category_list><category><title>{'x' * 2001}</title></category></category_list>",
        ],
    )
    def test_a_text_that_would_be_said_too_often(self, table: str) -> None:
        with pytest.raises(LimitError, match="2,001 characters"):
            self.events(f"<other_events>{table}</other_events>")

    def test_rows_alike_are_each_read_and_each_set_aside(self) -> None:
        counts = 'group_id="E1" subjects_affected="2" subjects_at_risk="9"'
        rows = [event("Fever", counts), event("Chills", counts), event("Rash", f'{counts} odd="1"')]
        category = self.category("Eye disorders", *rows, event("Pain", f'{counts} odd="1"'))
        document = self.events(
            f"<serious_events><category_list>{category}</category_list></serious_events>"
        )
        events = as_json(document, f"{self.address}/seriousEvents")
        numbers = {"groupId": "EG000", "numAffected": 2, "numAtRisk": 9}
        assert [one["stats"] for one in events] == [(numbers,)] * 4
        odd = [(f"{self.address}/seriousEvents/{at}/stats/0", "@odd", "1") for at in (2, 3)]
        assert asides(document) == odd

    def test_a_total_of_no_group(self) -> None:
        total = self.category(
            "Total", event("Total, serious adverse events", 'group_id="E9" subjects_affected="2"')
        )
        document = self.events(
            f"<serious_events><category_list>{total}</category_list></serious_events>"
        )
        ((address, name, value),) = asides(document)
        assert (address, name) == (self.address, "Total/counts")
        assert "EG008" in value
        assert "num_affected=2" in value
