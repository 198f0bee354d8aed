"""The page's own words, and what they are called in the record.

Everything the site prints of itself stands here: headings, captions, labels, and the tables that
map its words to the registry's codes. Labels marked *ours* are not the site's: they stand only on
pages written from records that hold more than the site prints.
"""

import re

from topline.formats.page_text_lines import OwnLines
from topline.record.codes import CODE_LISTS

TITLE = "Trial Outcomes & Findings for "
NCT_ID = "NCT ID: "
LAST_UPDATED = "Last Updated: "
OVERVIEW = "Results Overview"

FLOW = "Participant Flow"
UNIT_OF_ANALYSIS = "Unit of analysis: "
RECRUITMENT = "Recruitment details: "  # ours
PRE_ASSIGNMENT = "Pre-assignment details: "  # ours
MILESTONES = "Participant milestones"
NO_MILESTONES = "Milestone data not reported"  # ours
REASONS = "Reasons for withdrawal"
NO_REASONS = "Withdrawal data not reported"

BASELINE = "Baseline Characteristics"
BASELINE_TABLE = "Baseline characteristics by cohort"
NO_BASELINE = "Baseline data not reported"  # ours

OUTCOME_TABLE = "Outcome measures"
NO_OUTCOME = "Outcome data not reported"
TIMEFRAME = "Timeframe: "
POPULATION = "Population: "
DESCRIPTION = "Description: "  # ours
REPORTING_STATUS = "Reporting status: "  # ours
ANTICIPATED = "Anticipated posting date: "  # ours
OUTCOME_TITLE = "Title: "  # ours

UNIT = "Unit: "  # ours
DISPERSION = "Dispersion: "  # ours
PARAMETER = "Parameter: "  # ours

EVENTS = "Adverse Events"
SERIOUS = "Serious adverse events"
OTHER = "Other adverse events"
NO_EVENTS = "Adverse event data not reported"  # ours
TIME_FRAME = "Time frame: "  # ours
THRESHOLD = "Frequency threshold: "  # ours
MORTALITY_COMMENT = "All-cause mortality comment: "  # ours
AT_RISK = "participants at risk"
NUMBER_OF_EVENTS = "Number of events "

MORE = "Additional Information"
NO_MORE = "Additional information not reported"  # ours
LIMITATIONS = "Limitations and caveats: "  # ours
CONTACT = "Contact: "  # ours
ORGANIZATION = "Organization: "  # ours
PHONE = "Phone: "  # ours
EXTENSION = "Extension: "  # ours
EMAIL = "Email: "  # ours
AGREEMENTS = "Results disclosure agreements"
RESTRICTION_TYPE = "Restriction type: "  # ours
AGREEMENT_DETAILS = "Agreement details: "  # ours

EMPLOYEE = {
    True: "- Principal investigator is a sponsor employee",
    False: "- Principal investigator is not a sponsor employee",  # ours
    None: "- Whether the principal investigator is a sponsor employee is not stated",  # ours
}
RESTRICTED = {
    True: "- Publication restrictions are in place",
    False: "- No publication restrictions are in place",  # ours
    None: "- Whether publication restrictions are in place is not stated",  # ours
}

TABLE = "| Measure |"
BAR = "|"
SEPARATOR = re.compile(r"\|(?:---\|)+")
EXCERPT_END = "[excerpt ends]"
BULLET = " • "

# Labels of the plain variant of the page, which has no table marks.
PLAIN_TABLE = "Measure"
PLAIN_STATUS = "Recruitment status"
PLAIN_PHASE = "Study phase"
PLAIN_ENROLLMENT = "Target enrollment"
PLAIN_TIMEFRAME = "Primary outcome timeframe"
PLAIN_POSTED = "Results posted on"
TOTAL_TITLE = "Total"
TOTAL_DESCRIPTION = "Total of all reporting groups"

# In cells of values.
INTERVAL = "Interval"  # limits of a kind that is not known
SPREAD = "Spread"  # ours: a dispersion of a kind that is not known
OUT_OF = "out of "  # ours: the denominator of a row, which the record does hold
COMMENT = "Comment: "  # ours
NO_VALUE = r"\none"  # ours: no measurement, though a denominator
GROUP_ID = "id="  # ours: a group whose id is not its place in the order

PARTICIPANTS = "Participants"
COUNT_OF_PARTICIPANTS = "COUNT_OF_PARTICIPANTS"
POSTED = "POSTED"
NOT_POSTED = "NOT_POSTED"
REGION = "Region of Enrollment"
OF_CATEGORIES = frozenset(
    {"Age, Categorical", "Sex: Female, Male", "Race (NIH/OMB)", "Ethnicity (NIH/OMB)"}
)
"""Baseline measures to which the registry gives categories, and no classes."""

PHASE_SEPARATOR = "/"

# Codes and labels; "not applicable" has no value to stand before.
_DISPERSIONS = frozenset(
    text
    for code, label in CODE_LISTS["MeasureDispersionType"].items()
    if code != "NA"
    for text in (code, label)
)
_LEVEL = re.compile(r"\d{1,2}(?:\.\d+)?% Confidence Interval")
_OUTCOME_HEADING = re.compile(r"([A-Z][A-Z_]*|\?[^ ]+) outcome")

HEADER_CELL = OwnLines(beginnings=[r"n=[^ ]* ", re.escape(GROUP_ID)])
LABEL_CELL = OwnLines(beginnings=[UNIT, DISPERSION, PARAMETER])
VALUE_CELL = OwnLines(beginnings=[OUT_OF, COMMENT, r"(?:.* • )?n=[^ ]+ "])


def is_dispersion(text: str) -> bool:
    """Whether a text is one of the registry's dispersion types, as a code or as its label.

    Baseline measures hold the code, outcome measures the label; a confidence interval may have
    any level.

    Examples
    --------
    >>> [is_dispersion(text) for text in ("STANDARD_DEVIATION", "84% Confidence Interval", "to")]
    [True, True, False]
    """
    return text in _DISPERSIONS or _LEVEL.fullmatch(text) is not None


def outcome_type(line: str) -> str | None:
    """Read the type that the heading of an outcome measure names, or ``None`` for another line.

    Examples
    --------
    >>> outcome_type("PRIMARY outcome"), outcome_type("Primary outcome timeframe")
    ('PRIMARY', None)
    """
    found = _OUTCOME_HEADING.fullmatch(line)
    return found[1] if found else None
