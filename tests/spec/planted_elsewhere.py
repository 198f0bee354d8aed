"""Kinds of discrepancy in participant flow, baseline, adverse events and more information."""

import copy

from tests.spec.posted_record import (
    BASELINE,
    CELL,
    EVENTS,
    FLOW,
    MORE,
    OTHER,
    SERIOUS,
    Posted,
    is_decimal,
    kind,
)

from topline.analysis.verification import Verdict

# Participant flow


@kind
def milestone_changed(posted: Posted) -> None:
    address = posted.find(f"{FLOW}/periods/*/milestones/1/achievements/0/numSubjects")
    posted.change(address, str(int(posted.at(address)) + 1))


@kind
def milestone_missing(posted: Posted) -> None:
    posted.lose(posted.find(f"{FLOW}/periods/*/milestones/1"))


@kind
def reason_not_completed_changed(posted: Posted) -> None:
    address = posted.find(f"{FLOW}/periods/*/dropWithdraws/0/reasons/0/numSubjects")
    posted.change(address, str(int(posted.at(address)) + 1))


@kind
def reasons_not_completed_exchanged(posted: Posted) -> None:
    address = posted.find(
        f"{FLOW}/periods/*/dropWithdraws",
        lambda rows: (
            len(rows) > 1
            and rows[0]["reasons"][0]["numSubjects"] != rows[1]["reasons"][0]["numSubjects"]
        ),
    )
    posted.exchange(f"{address}/0/reasons/0/numSubjects", f"{address}/1/reasons/0/numSubjects")


@kind
def reason_not_completed_renamed(posted: Posted) -> None:
    address = posted.find(
        f"{FLOW}/periods/*/dropWithdraws/*/type", lambda text: text == "Adverse Event"
    )
    posted.change(address, "Death")


@kind
def reason_not_completed_missing(posted: Posted) -> None:
    posted.lose(posted.find(f"{FLOW}/periods/*/dropWithdraws/0"))


@kind
def title_of_a_period_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{FLOW}/periods/*/title"), "Second Intervention")


# Baseline characteristics


@kind
def baseline_value_changed(posted: Posted) -> None:
    address = posted.find(f"{BASELINE}/measures/*/{CELL}/value", is_decimal)
    text = posted.at(address)
    posted.change(address, f"{float(text) + 3.3:.{len(text.rpartition('.')[2])}f}")


@kind
def baseline_denominator_changed(posted: Posted) -> None:
    address = posted.find(f"{BASELINE}/denoms/*/counts/*/value")
    posted.change(address, str(int(posted.at(address)) + 2))


@kind
def baseline_measure_missing(posted: Posted) -> None:
    posted.lose(posted.find(f"{BASELINE}/measures/1"))


@kind
def title_of_a_baseline_measure_misspelt(posted: Posted) -> None:
    address = posted.find(f"{BASELINE}/measures/*/title", lambda text: text == "Body Mass Index")
    posted.change(address, "Body Mas Index")


@kind
def type_of_a_baseline_parameter_changed(posted: Posted) -> None:
    posted.change(
        posted.find(f"{BASELINE}/measures/*/paramType", lambda text: text == "MEAN"), "MEDIAN"
    )


# Adverse events


@kind
def event_moved_to_another_organ_system(posted: Posted) -> None:
    posted.change(posted.find(f"{OTHER}/*/organSystem"), "Ear and labyrinth disorders")


@kind
def serious_event_listed_as_other(posted: Posted) -> None:
    address = posted.find(f"{SERIOUS}/*")
    event = posted.at(address)
    posted.lose(address)
    posted.append(OTHER, event)


@kind
def serious_and_other_totals_exchanged(posted: Posted) -> None:
    address = posted.find(
        f"{EVENTS}/eventGroups/*",
        lambda one: one.get("seriousNumAffected") != one.get("otherNumAffected"),
    )
    posted.exchange(f"{address}/seriousNumAffected", f"{address}/otherNumAffected")


@kind
def affected_and_events_exchanged(posted: Posted) -> None:
    address = posted.find(
        f"{OTHER}/*/stats/*", lambda one: one["numAffected"] != one.get("numEvents")
    )
    posted.exchange(f"{address}/numAffected", f"{address}/numEvents")


@kind
def affected_off_by_one(posted: Posted) -> None:
    address = posted.find(f"{SERIOUS}/*/stats/*/numAffected", lambda number: number is not None)
    posted.change(address, posted.at(address) + 1)


@kind
def at_risk_changed(posted: Posted) -> None:
    address = posted.find(f"{OTHER}/*/stats/*/numAtRisk")
    posted.change(address, posted.at(address) - 1)


@kind
def deaths_changed(posted: Posted) -> None:
    address = posted.find(f"{EVENTS}/eventGroups/*/deathsNumAffected")
    posted.change(address, posted.at(address) - 1)


@kind
def mortality_lost(posted: Posted) -> None:
    for address in list(posted.all(f"{EVENTS}/eventGroups/*")):
        posted.lose(f"{address}/deathsNumAffected")
        posted.lose(f"{address}/deathsNumAtRisk")


@kind
def serious_total_changed(posted: Posted) -> None:
    address = posted.find(f"{EVENTS}/eventGroups/*/seriousNumAffected")
    posted.change(address, posted.at(address) + 1)


@kind
def event_missing(posted: Posted) -> None:
    posted.lose(posted.find(f"{OTHER}/1"))


@kind
def event_extra(posted: Posted) -> None:
    event = copy.deepcopy(posted.at(posted.find(f"{OTHER}/*")))
    posted.append(OTHER, event | {"term": "Zoonotic infection", "organSystem": "Infections"})


@kind
def term_misspelt(posted: Posted) -> None:
    address = posted.find(f"{OTHER}/*/term", lambda text: len(text) > 6)
    text = posted.at(address)
    posted.change(address, text[:2] + text[3] + text[2] + text[4:])


@kind
def counts_of_a_group_lost(posted: Posted) -> None:
    address = posted.find(f"{OTHER}/*/stats", len)
    posted.lose(f"{address}/0")


@kind
def groups_swapped_in_an_event(posted: Posted) -> None:
    address = posted.find(
        f"{OTHER}/*/stats",
        lambda cells: len(cells) > 1 and cells[0]["numAffected"] != cells[1]["numAffected"],
    )
    first, second = posted.at(address)[:2]
    first["groupId"], second["groupId"] = second["groupId"], first["groupId"]
    for name in ("numEvents", "numAffected", "numAtRisk"):
        if first[name] != second[name]:
            posted.expected |= {
                (Verdict.DIFFERENT, f"{address}/{a}/{name}", f"{address}/{b}/{name}")
                for a, b in ((0, 1), (1, 0))
            }


@kind
def frequency_threshold_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{EVENTS}/frequencyThreshold"), "2")


@kind
def vocabulary_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{OTHER}/*/sourceVocabulary"), "MedDRA 21.1")


@kind
def time_frame_of_events_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{EVENTS}/timeFrame"), "Ten years")


@kind
def adverse_events_missing(posted: Posted) -> None:
    posted.lose(posted.find(EVENTS))


# More information


@kind
def agreement_changed(posted: Posted) -> None:
    address = posted.find(
        f"{MORE}/certainAgreement/piSponsorEmployee", lambda flag: flag is not None
    )
    posted.change(address, not posted.at(address))


@kind
def limitations_lost(posted: Posted) -> None:
    posted.lose(posted.find(f"{MORE}/limitationsAndCaveats"))


@kind
def contact_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{MORE}/pointOfContact/email"), "other@example.org")
