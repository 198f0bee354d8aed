"""The words of the registry's upload: each code of a record as the PRS writes it, and back.

The schema types every word as text and points to pick lists, in which each valid value has a display value and any
number of raw values that mean the same. Written is the display value, which is what the registry prints; read are
both, however capitals, blanks and hyphens stand. Raw values are those that the schema's comments name, and those
that a sponsor's published upload program sends.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from topline.record.analysis_vocabulary import ESTIMATION_PARAMETERS, STATISTICAL_METHODS
from topline.record.codes import CODE_LISTS

_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z]")
_LEVEL = re.compile(r"(\d{1,3}(?:\.\d{1,10})?)% Confidence Interval")

OTHER = "Other"
"""The word of every list that stands for a name of one's own, which is then given beside it."""

_OTHER_LEVEL = CODE_LISTS["MeasureDispersionType"]["CONFIDENCE_OTHER"]


_LONGEST_KEPT = 200
"""Longer texts [characters] are no words of a list, and are not kept in memory to be looked up again."""


def _key(text: str) -> str:
    return _short_key(text) if len(text) <= _LONGEST_KEPT else _spelt(text)


@lru_cache(maxsize=1024)
def _short_key(text: str) -> str:
    return _spelt(text)


def _spelt(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.lower())


class CodeTable:
    """A pick list whose values a record holds as codes.

    Parameters
    ----------
    labels
        Code to display value.
    raw
        Raw values that neither the code nor the display value spells, to their code.

    Examples
    --------
    >>> MEASURE_TYPE.text_of("LEAST_SQUARES_MEAN")
    'Least Squares Mean'
    >>> MEASURE_TYPE.code_of("LeastSquareMean"), MEASURE_TYPE.code_of("Total")
    ('LEAST_SQUARES_MEAN', 'Total')
    """

    def __init__(self, labels: Mapping[str, str], raw: Mapping[str, str] | None = None) -> None:
        self._labels = labels
        # The second of two codes with one label is never read from the label.
        self._codes = {_key(code): code for code in labels}
        for code, label in reversed(list(labels.items())):
            self._codes[_key(label)] = code
        self._codes |= {_key(text): code for text, code in (raw or {}).items()}

    def text_of(self, code: str | None) -> str | None:
        """Return the display value of a code; what is no code, as it stands."""
        return None if code is None else self._labels.get(code, code)

    def code_of(self, text: str | None) -> str | None:
        """Return the code of a display or raw value; what is neither, as it stands."""
        return None if text is None else self._codes.get(_key(text), text)


class NameTable:
    """A pick list of names, with Other for what it does not have.

    Parameters
    ----------
    names
        The names as the registry prints them, which is how a record holds them.
    raw
        Raw values to their name.

    Examples
    --------
    >>> REASON.texts_of("Lost to Follow-up"), REASON.texts_of("Moved away")
    (('Lost to Follow-up', None), ('Other', 'Moved away'))
    >>> REASON.name_of("LoTF", None), REASON.name_of("Other", "Moved away")
    ('Lost to Follow-up', 'Moved away')
    """

    def __init__(self, names: Iterable[str], raw: Mapping[str, str] | None = None) -> None:
        self._names = frozenset(names)
        self._read = {_key(name): name for name in self._names}
        self._read |= {_key(text): name for text, name in (raw or {}).items()}

    def texts_of(self, name: str | None) -> tuple[str | None, str | None]:
        """Return the listed value and the name given beside it, if it is not listed."""
        return (name, None) if name is None or name in self._names else (OTHER, name)

    def name_of(self, text: str | None, other: str | None) -> str | None:
        """Return the name: the one given beside Other, else the listed one, else what stands there."""
        if text is None:
            return other
        name = self._read.get(_key(text))
        if name is None and other is not None and self.takes_other(text):
            return other
        return text if name is None else name

    def takes_other(self, text: str | None) -> bool:
        """Whether a value is Other (or nothing), so that the name beside it counts."""
        return text is None or _key(text) in {"other", "studyspecificcharacteristic"}


MEASURE_TYPE = CodeTable(
    CODE_LISTS["MeasureParam"],
    {
        "LeastSquareMean": "LEAST_SQUARES_MEAN",
        "GeometricLeastSquareMean": "GEOMETRIC_LEAST_SQUARES_MEAN",
    },
)
BASELINE_DISPERSION = CodeTable(CODE_LISTS["MeasureDispersionType"])
OUTCOME_TYPE = CodeTable(CODE_LISTS["OutcomeMeasureType"])
REPORTING_STATUS = CodeTable(CODE_LISTS["ReportingStatus"])
TEST_TYPE = CodeTable(CODE_LISTS["NonInferiorityType"])
SIDES = CodeTable(CODE_LISTS["ConfidenceIntervalNumSides"])
ESTIMATE_DISPERSION = CodeTable(
    CODE_LISTS["AnalysisDispersionType"], {"StandardError": "STANDARD_ERROR_OF_MEAN"}
)
ASSESSMENT = CodeTable(
    CODE_LISTS["EventAssessment"],
    {"Systematic": "SYSTEMATIC_ASSESSMENT", "NonSystematic": "NON_SYSTEMATIC_ASSESSMENT"},
)
RESTRICTION = CodeTable(CODE_LISTS["AgreementRestrictionType"])

REASON = NameTable(
    (
        "Adverse Event",
        "Death",
        "Lack of Efficacy",
        "Lost to Follow-up",
        "Physician Decision",
        "Pregnancy",
        "Protocol Violation",
        "Withdrawal by Subject",
    ),
    {
        "Adverse": "Adverse Event",
        "LackEfficacy": "Lack of Efficacy",
        "LoTF": "Lost to Follow-up",
        "PhysDecision": "Physician Decision",
        "Noncompliance": "Protocol Violation",
        "SubjectWithdraw": "Withdrawal by Subject",
    },
)
METHOD = NameTable(STATISTICAL_METHODS)
PARAMETER = NameTable(ESTIMATION_PARAMETERS)
BASELINE_TITLE = NameTable(
    (
        "Age, Continuous",
        "Age, Categorical",
        "Age, Customized",
        "Sex: Female, Male",
        "Sex/Gender, Customized",
        "Race (NIH/OMB)",
        "Ethnicity (NIH/OMB)",
        "Race/Ethnicity, Customized",
        "Race and Ethnicity Not Collected",
        "Region of Enrollment",
    ),
    {
        "AgeCategoricalNLM": "Age, Categorical",
        "AgeCategoricalOther": "Age, Customized",
        "Gender, Male/Female": "Sex: Female, Male",
        "GenderNIH": "Sex: Female, Male",
        "Gender, Customized": "Sex/Gender, Customized",
        "GenderOther": "Sex/Gender, Customized",
        "RaceNIH": "Race (NIH/OMB)",
        "EthnicityNIH": "Ethnicity (NIH/OMB)",
        "RaceEthnicityOther": "Race/Ethnicity, Customized",
        "RaceEthNotCollected": "Race and Ethnicity Not Collected",
        "RegionEnroll": "Region of Enrollment",
    },
)

_ORGAN_SYSTEMS: Mapping[str, str] = {
    "Blood": "Blood and lymphatic system disorders",
    "Heart": "Cardiac disorders",
    "Genetic": "Congenital, familial and genetic disorders",
    "Ear": "Ear and labyrinth disorders",
    "Endocrine": "Endocrine disorders",
    "Eye": "Eye disorders",
    "Gastrointestine": "Gastrointestinal disorders",
    "General": "General disorders",
    "General disorders and administration site conditions": "General disorders",
    "Liver": "Hepatobiliary disorders",
    "Immune": "Immune system disorders",
    "Infect": "Infections and infestations",
    "Injury": "Injury, poisoning and procedural complications",
    "Investigation": "Investigations",
    "Metabolism": "Metabolism and nutrition disorders",
    "Bones": "Musculoskeletal and connective tissue disorders",
    "Cancer": "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "Nerve": "Nervous system disorders",
    "Pregnancy": "Pregnancy, puerperium and perinatal conditions",
    "ProductIssues": "Product Issues",
    "Psych": "Psychiatric disorders",
    "Kidney": "Renal and urinary disorders",
    "Reproductive": "Reproductive system and breast disorders",
    "Respiration": "Respiratory, thoracic and mediastinal disorders",
    "Skin": "Skin and subcutaneous tissue disorders",
    "Social": "Social circumstances",
    "Procedure": "Surgical and medical procedures",
    "Circulation": "Vascular disorders",
}


def organ_system_of(text: str | None) -> str | None:
    """Return the organ system as the registry prints it; what is no raw value, as it stands.

    >>> organ_system_of("General disorders and administration site conditions")
    'General disorders'
    """
    return None if text is None else _ORGAN_SYSTEMS.get(text, text)


def dispersion_texts(label: str | None) -> tuple[str | None, str | None]:
    """Return the dispersion type of an outcome measure and, where the list lacks its level, the level.

    >>> dispersion_texts("95% Confidence Interval"), dispersion_texts("84% Confidence Interval")
    (('95% Confidence Interval', None), ('Other Confidence Interval Level', '84'))
    """
    if label is None or label in CODE_LISTS["MeasureDispersionType"].values():
        return label, None
    level = _LEVEL.fullmatch(label)
    return (label, None) if level is None else (_OTHER_LEVEL, level[1])


def dispersion_label(text: str | None, level: str | None) -> str | None:
    """Return the dispersion type of an outcome measure as a record prints it.

    >>> dispersion_label("StandardDeviation", None), dispersion_label("ConfidenceInterval", "84")
    ('Standard Deviation', '84% Confidence Interval')
    """
    if text is None:
        return None
    if takes_level(text) and level is not None:
        return f"{level}% Confidence Interval"
    return BASELINE_DISPERSION.text_of(BASELINE_DISPERSION.code_of(text))


def takes_level(text: str | None) -> bool:
    """Whether the level of an interval stands beside its type and not in it."""
    if text is None:
        return False
    return (
        BASELINE_DISPERSION.code_of(text) == "CONFIDENCE_OTHER"
        or _key(text) == "confidenceinterval"
    )


def yes_no(flag: bool | None) -> str | None:
    """Return a flag as the PRS writes it.

    >>> yes_no(True), yes_no(None)
    ('Yes', None)
    """
    return None if flag is None else "Yes" if flag else "No"


def flag_of(text: str) -> bool | None:
    """Return what a yes or no means; ``None`` if it is neither.

    >>> flag_of("yes"), flag_of("false"), flag_of("Exempt")
    (True, False, None)
    """
    word = text.strip().lower()
    return True if word in {"yes", "true"} else False if word in {"no", "false"} else None
