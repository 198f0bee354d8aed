"""The regimen of an arm in words, from the exposure datasets: drug, dose, form, route and frequency.

What each participant received is in EX (or ADEX); the arm's text lists the regimens that most of its participants had.
"""

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
        One sentence; empty where there is no exposure dataset, or nobody of the arm is in it.
    """
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
