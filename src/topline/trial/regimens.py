"""The regimen of an arm in words: what was given, from the exposure datasets, and for how long, from the trial design.

What each participant received is in EX (or ADEX); the arm's text lists the regimens that most of its participants had.
What was planned is in TA, the elements of each arm in order, and TE, how long an element lasts.
"""

import re
from collections.abc import Sequence

import polars as pl

from topline.trial.library import Library

_PARTS = ("EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRM", "EXROUTE", "EXDOSFRQ")
_FREQUENCIES = {
    "QD": "once a day",
    "BID": "twice a day",
    "TID": "three times a day",
    "QID": "four times a day",
    "QOD": "every other day",
    "QW": "once a week",
    "QS": "once a week",
    "Q2W": "every 2 weeks",
    "Q3W": "every 3 weeks",
    "Q4W": "every 4 weeks",
    "QM": "once a month",
    "ONCE": "once",
    "PRN": "as needed",
    "CONTINUOUS": "continuously",
}
"""CDISC's codes of frequency in words."""
_COMMON = 0.1
"""A regimen that fewer than this share of the arm's participants had is not named."""


def regimen(library: Library, treatment: str, value: str) -> str:
    """Describe what the participants of an arm received.

    Parameters
    ----------
    library
        The datasets: ADSL, and EX or ADEX with the variables of EX.
    treatment, value
        The variable of ADSL that names the arm, and its value.

    Returns
    -------
    str
        A sentence on what was given and one on what was planned, as far as the datasets are there; else empty.
    """
    return " ".join(
        part for part in (_given(library, treatment, value), _planned(library, value)) if part
    )


def _planned(library: Library, value: str) -> str:
    """Name the elements of treatment in the arm's plan, with how long each lasts."""
    wanted = {"ARM", "TAETORD", "ETCD", "ELEMENT", "EPOCH"}
    if "TA" not in library or not wanted <= set(library.variables("TA")):
        return ""
    plan = library.read("TA", columns=sorted(wanted)).frame.filter(
        (pl.col("ARM") == value) & pl.col("EPOCH").str.to_lowercase().str.contains("treat")
    )
    lasting: dict[str, str] = {}
    if "TE" in library and {"ETCD", "TEDUR"} <= set(library.variables("TE")):
        elements = library.read("TE", columns=["ETCD", "TEDUR"]).frame.drop_nulls("TEDUR")
        lasting = {
            code: duration(text) for code, text in elements.select("ETCD", "TEDUR").iter_rows()
        }
    parts = [
        f"{element.replace('_', ' ')} {lasting.get(code, '')}".strip()
        for code, element in plan.sort("TAETORD").select("ETCD", "ELEMENT").iter_rows()
    ]
    return f"Planned: {', then '.join(parts)}." if parts else ""


def duration(text: str) -> str:
    """Put a duration of ISO 8601 into words; another text is left as it is.

    >>> duration("P26W"), duration("P1D"), duration("PT12H"), duration("P1Y6M")
    ('26 weeks', '1 day', '12 hours', 'P1Y6M')
    """
    match = re.fullmatch(r"PT?(\d+)([YMWDH])", text)
    if match is None:
        return text
    number, letter = match.groups()
    unit = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour"}[letter]
    return f"{number} {unit}{'' if number == '1' else 's'}"


def _given(library: Library, treatment: str, value: str) -> str:
    name = next((one for one in ("EX", "ADEX") if one in library), None)
    if name is None or treatment not in library.variables("ADSL"):
        return ""
    there = [part for part in _PARTS if part in library.variables(name)]
    if "EXTRT" not in there:
        return ""
    people = library.read("ADSL", columns=["USUBJID", treatment]).frame
    own = people.filter(pl.col(treatment) == value).select("USUBJID")
    rows = library.read(name, columns=["USUBJID", *there]).frame.join(own, on="USUBJID", how="semi")
    if rows.is_empty():
        return ""
    treated = rows["USUBJID"].n_unique()
    common = (
        rows.group_by(there)
        .agg(pl.col("USUBJID").n_unique().alias("people"), pl.len().alias("rows"))
        .filter(pl.col("people") >= _COMMON * treated)
        .sort(["people", "rows", *there], descending=[True, True, *[False] * len(there)])
    )
    texts = [_one(row, there) for row in common.select(there).iter_rows()]
    distinct = list(dict.fromkeys(text for text in texts if text))
    return f"{'; '.join(distinct)}.".replace("..", ".") if distinct else ""


def _one(row: Sequence[object], names: Sequence[str]) -> str:
    """Put one regimen into words.

    >>> _one(("SORAFENIB", 400.0, "mg", "TABLET", "ORAL", "BID"), _PARTS)
    'Sorafenib 400 mg, tablet, oral, twice a day'
    """
    given = {name: value for name, value in zip(names, row, strict=True) if value is not None}
    text = str(given.get("EXTRT", "")).capitalize()
    dose = given.get("EXDOSE")
    if isinstance(dose, int | float) and dose:
        text += f" {dose:g} {given.get('EXDOSU', '')}".rstrip()
    for name in ("EXDOSFRM", "EXROUTE"):
        if name in given:
            text += f", {str(given[name]).lower()}"
    frequency = given.get("EXDOSFRQ")
    if frequency is not None:
        text += f", {_FREQUENCIES.get(str(frequency).upper(), str(frequency).lower())}"
    return text
