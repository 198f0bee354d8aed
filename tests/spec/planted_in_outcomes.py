"""Kinds of discrepancy in outcome measures and their statistical analyses."""

import copy
import re
from collections.abc import Callable
from typing import Any

from tests.spec.posted_record import (
    BASELINE,
    CELL,
    OUTCOMES,
    Posted,
    is_decimal,
    kind,
)

from topline.analysis.verification import Verdict

# Numbers of outcome measures


def _outcome_value(posted: Posted, fits: Callable[[str], Any]) -> str:
    return posted.find(f"{OUTCOMES}/*/{CELL}/value", fits)


@kind
def digits_transposed(posted: Posted) -> None:
    address = _outcome_value(posted, lambda text: re.match(r"([0-9])(?!\1)[1-9]", text))
    text = posted.at(address)
    posted.change(address, text[1] + text[0] + text[2:])


@kind
def sign_flipped(posted: Posted) -> None:
    address = _outcome_value(posted, is_decimal)
    text = posted.at(address)
    posted.change(address, text.removeprefix("-") if text.startswith("-") else f"-{text}")


@kind
def decimal_point_moved(posted: Posted) -> None:
    address = _outcome_value(posted, is_decimal)
    posted.change(address, re.sub(r"([0-9])\.", r".\1", posted.at(address)))


@kind
def last_digit_off_by_one(posted: Posted) -> None:
    address = _outcome_value(posted, is_decimal)
    text = posted.at(address)
    posted.change(address, f"{text[:-1]}{(int(text[-1]) + 1) % 10}")


@kind
def digit_lost(posted: Posted) -> None:
    address = _outcome_value(posted, lambda text: re.match(r"[1-9][0-9]", text))
    posted.change(address, posted.at(address)[1:])


@kind
def value_and_spread_exchanged(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/{CELL}", lambda cell: "spread" in cell)
    posted.exchange(f"{address}/value", f"{address}/spread")


@kind
def standard_error_in_place_of_standard_deviation(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/{CELL}/spread", is_decimal)
    text = posted.at(address)
    digits = len(text.rpartition(".")[2])
    posted.change(address, f"{float(text) / 20**0.5:.{digits}f}")


@kind
def label_of_dispersion_changed(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/dispersionType", lambda text: "Deviation" in text)
    posted.change(address, "Standard Error")


@kind
def limits_swapped(posted: Posted) -> None:
    address = posted.find(
        f"{OUTCOMES}/*/{CELL}", lambda cell: is_decimal(cell.get("upperLimit", ""))
    )
    posted.exchange(f"{address}/lowerLimit", f"{address}/upperLimit")


@kind
def lower_limit_lost(posted: Posted) -> None:
    posted.lose(posted.find(f"{OUTCOMES}/*/{CELL}/lowerLimit"))


@kind
def not_available_in_place_of_a_number(posted: Posted) -> None:
    posted.change(_outcome_value(posted, is_decimal), "NA")


@kind
def a_number_in_place_of_not_available(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/{CELL}/upperLimit", lambda text: text == "NA"), "99.9")


@kind
def comment_lost(posted: Posted) -> None:
    posted.lose(posted.find(f"{OUTCOMES}/*/{CELL}/comment"))


@kind
def unreadable_number(posted: Posted) -> None:
    address = _outcome_value(posted, is_decimal)
    posted.change(address, posted.at(address).replace(".", ","))


@kind
def groups_swapped_in_a_row(posted: Posted) -> None:
    address = posted.find(
        f"{OUTCOMES}/*/classes/*/categories/*/measurements",
        lambda cells: len(cells) > 1 and cells[0]["value"] != cells[1]["value"],
    )
    first, second = posted.at(address)[:2]
    first["groupId"], second["groupId"] = second["groupId"], first["groupId"]
    # The number of the first group stands at the second place now, and the other way round.
    for name in set(first) | set(second):
        if first.get(name) != second.get(name) and name != "groupId":
            posted.expected |= {
                (Verdict.DIFFERENT, f"{address}/{one}/{name}", f"{address}/{two}/{name}")
                for one, two in ((0, 1), (1, 0))
            }


@kind
def groups_swapped_in_an_outcome(posted: Posted) -> None:
    address = posted.find(
        f"{OUTCOMES}/*", lambda one: len(one.get("groups", ())) > 1 and "analyses" not in one
    )
    first, second = posted.at(f"{address}/groups")[:2]
    first["title"], second["title"] = second["title"], first["title"]
    first["description"], second["description"] = second["description"], first["description"]
    for cells in (
        *posted.all(f"{address}/denoms/*/counts"),
        *posted.all(f"{address}/classes/*/denoms/*/counts"),
        *posted.all(f"{address}/classes/*/categories/*/measurements"),
    ):
        one, two = posted.at(cells)[:2]
        for name in set(one) & set(two) - {"groupId"}:
            if one[name] != two[name]:
                posted.expected |= {
                    (Verdict.DIFFERENT, f"{cells}/{a}/{name}", f"{cells}/{b}/{name}")
                    for a, b in ((0, 1), (1, 0))
                }
        for name in set(one) - set(two):
            posted.expected |= {
                (Verdict.ONLY_HERE, f"{cells}/0/{name}", None),
                (Verdict.ONLY_THERE, None, f"{cells}/0/{name}"),
            }
        for name in set(two) - set(one):
            posted.expected |= {
                (Verdict.ONLY_HERE, f"{cells}/1/{name}", None),
                (Verdict.ONLY_THERE, None, f"{cells}/1/{name}"),
            }


@kind
def measurement_of_a_group_lost(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/classes/*/categories/*/measurements", len)
    posted.lose(f"{address}/{len(posted.at(address)) - 1}")


@kind
def count_off_by_one(posted: Posted) -> None:
    measure = posted.find(
        f"{OUTCOMES}/*", lambda one: one.get("paramType") == "COUNT_OF_PARTICIPANTS"
    )
    address = posted.find(f"{measure}/{CELL}/value")
    posted.change(address, str(int(posted.at(address)) + 1))


@kind
def counts_of_two_categories_exchanged(posted: Posted) -> None:
    measure = posted.find(
        f"{OUTCOMES}/*",
        lambda one: (
            one.get("paramType") == "COUNT_OF_PARTICIPANTS"
            and len(one["classes"][0]["categories"]) > 1
        ),
    )
    rows = f"{measure}/classes/0/categories"
    posted.exchange(f"{rows}/0/measurements/0/value", f"{rows}/1/measurements/0/value")


@kind
def number_analyzed_changed(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/denoms/*/counts/*/value")
    posted.change(address, str(int(posted.at(address)) - 1))


@kind
def denominators_lost(posted: Posted) -> None:
    posted.lose(posted.find(f"{OUTCOMES}/*/denoms"))


# Definitions of outcome measures


@kind
def category_missing(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/classes/*/categories", lambda rows: len(rows) > 1)
    posted.lose(f"{address}/{len(posted.at(address)) - 1}")


@kind
def category_extra(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/classes/*/categories", lambda rows: len(rows) > 1)
    cells = [
        {"groupId": cell["groupId"], "value": "0"}
        for cell in posted.at(f"{address}/0/measurements")
    ]
    posted.append(address, {"title": "Not evaluable", "measurements": cells})


@kind
def category_renamed(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/classes/*/categories/*/title")
    posted.change(address, "Best of all")


@kind
def titles_of_two_categories_exchanged(posted: Posted) -> None:
    address = posted.find(
        f"{OUTCOMES}/*/classes/*/categories",
        lambda rows: (
            len(rows) > 1
            and rows[0]["measurements"][0]["value"] != rows[1]["measurements"][0]["value"]
        ),
    )
    first, second = posted.at(address)[:2]
    first["title"], second["title"] = second["title"], first["title"]
    for place, (one, two) in enumerate(
        zip(first["measurements"], second["measurements"], strict=True)
    ):
        if one["value"] != two["value"]:
            posted.expected |= {
                (
                    Verdict.DIFFERENT,
                    f"{address}/{a}/measurements/{place}/value",
                    f"{address}/{b}/measurements/{place}/value",
                )
                for a, b in ((0, 1), (1, 0))
            }


@kind
def class_missing(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/classes", lambda found: len(found) > 1)
    posted.lose(f"{address}/{len(posted.at(address)) - 1}")


@kind
def class_renamed(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/classes/*/title"), "Visit 3")


@kind
def time_frame_changed(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/timeFrame")
    posted.change(address, f"{posted.at(address)} of follow-up")


@kind
def unit_changed(posted: Posted) -> None:
    posted.change(
        posted.find(f"{OUTCOMES}/*/unitOfMeasure", lambda unit: unit != "Participants"), "weeks"
    )


@kind
def symbol_of_unit_changed(posted: Posted) -> None:
    address = posted.find(
        f"{BASELINE}/measures/*/unitOfMeasure", lambda unit: unit in ("kg/m^2", "cm", "kg")
    )
    posted.change(address, posted.at(address).upper())


@kind
def type_of_parameter_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/paramType", lambda text: text == "MEDIAN"), "MEAN")


@kind
def primary_became_secondary(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/type", lambda text: text == "PRIMARY"), "SECONDARY")


@kind
def title_misspelt(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/title", lambda text: len(text) > 8)
    text = posted.at(address)
    posted.change(address, text[:3] + text[4] + text[3] + text[5:])


@kind
def outcome_missing(posted: Posted) -> None:
    addresses = list(posted.all(f"{OUTCOMES}/*"))
    posted.lose(addresses[-1])


@kind
def outcome_extra(posted: Posted) -> None:
    groups = copy.deepcopy(posted.at(posted.find(f"{OUTCOMES}/*/groups")))
    posted.append(
        OUTCOMES,
        {
            "type": "SECONDARY",
            "title": "Patient-Reported Satisfaction",
            "timeFrame": "52 weeks",
            "groups": groups,
            "classes": [
                {
                    "categories": [
                        {
                            "measurements": [
                                {"groupId": one["id"], "value": f"{7 + place}.77"}
                                for place, one in enumerate(groups)
                            ]
                        }
                    ]
                }
            ],
        },
    )


@kind
def description_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/description"), "As described in the protocol.")


@kind
def analysis_population_lost(posted: Posted) -> None:
    posted.lose(posted.find(f"{OUTCOMES}/*/populationDescription"))


@kind
def reporting_status_changed(posted: Posted) -> None:
    posted.change(
        posted.find(f"{OUTCOMES}/*/reportingStatus", lambda text: text == "POSTED"), "NOT_POSTED"
    )


@kind
def description_of_a_group_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/groups/*/description"), "40 mg a day")


@kind
def title_of_a_group_changed(posted: Posted) -> None:
    posted.change(posted.find(f"{OUTCOMES}/*/groups/*/title"), "Arm B")


@kind
def group_missing(posted: Posted) -> None:
    measure = posted.find(
        f"{OUTCOMES}/*", lambda one: len(one.get("groups", ())) > 1 and "analyses" not in one
    )
    last = len(posted.at(f"{measure}/groups")) - 1
    for cells in (
        *posted.all(f"{measure}/denoms/*/counts"),
        *posted.all(f"{measure}/classes/*/denoms/*/counts"),
        *posted.all(f"{measure}/classes/*/categories/*/measurements"),
        f"{measure}/groups",
    ):
        posted.lose(f"{cells}/{last}")


# Statistical analyses


def _analysis(posted: Posted, field: str, fits: Callable[[str], Any] = bool) -> str:
    return posted.find(f"{OUTCOMES}/*/analyses/*/{field}", fits)


@kind
def p_value_rounded_up_to_significance(posted: Posted) -> None:
    posted.change(_analysis(posted, "pValue", lambda text: text.startswith("0.04")), "0.05")


@kind
def p_value_changed(posted: Posted) -> None:
    posted.change(_analysis(posted, "pValue"), "0.0012")


@kind
def p_value_as_a_wrong_bound(posted: Posted) -> None:
    posted.change(_analysis(posted, "pValue"), "<0.001")


@kind
def p_value_lost(posted: Posted) -> None:
    posted.lose(_analysis(posted, "pValue"))


@kind
def sign_of_an_estimate_flipped(posted: Posted) -> None:
    address = _analysis(posted, "paramValue")
    text = posted.at(address)
    posted.change(address, text.removeprefix("-") if text.startswith("-") else f"-{text}")


@kind
def confidence_limits_swapped(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/analyses/*", lambda one: "ciLowerLimit" in one)
    posted.exchange(f"{address}/ciLowerLimit", f"{address}/ciUpperLimit")


@kind
def confidence_level_changed(posted: Posted) -> None:
    posted.change(_analysis(posted, "ciPctValue"), "90")


@kind
def sides_changed(posted: Posted) -> None:
    posted.change(_analysis(posted, "ciNumSides"), "ONE_SIDED")


@kind
def method_changed(posted: Posted) -> None:
    posted.change(_analysis(posted, "statisticalMethod"), "Wilcoxon (Mann-Whitney)")


@kind
def estimation_parameter_changed(posted: Posted) -> None:
    posted.change(_analysis(posted, "paramType"), "Hazard Ratio (HR)")


@kind
def type_of_test_changed(posted: Posted) -> None:
    posted.change(_analysis(posted, "nonInferiorityType"), "NON_INFERIORITY")


@kind
def groups_of_an_analysis_reversed(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/analyses/*/groupIds", lambda ids: len(ids) > 1)
    posted.at(address).reverse()
    posted.expected.add((Verdict.DIFFERENT, address, address))


@kind
def group_of_an_analysis_left_out(posted: Posted) -> None:
    address = posted.find(f"{OUTCOMES}/*/analyses/*/groupIds", lambda ids: len(ids) > 1)
    posted.at(address).pop()
    posted.expected.add((Verdict.DIFFERENT, address, address))


@kind
def analysis_missing(posted: Posted) -> None:
    posted.lose(posted.find(f"{OUTCOMES}/*/analyses/*"))


@kind
def comment_of_an_analysis_lost(posted: Posted) -> None:
    posted.lose(_analysis(posted, "statisticalComment"))
