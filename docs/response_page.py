"""The reference page of tumour response: criteria, their tables, choices and datasets, from the code."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from inspect import cleandoc

from topline.trial.response.combination_tables import (
    RECIST_CONFIRMATION,
    CombinationTable,
    Line,
    New,
)
from topline.trial.response.criteria import Criteria
from topline.trial.response.frames import PARAMETERS
from topline.trial.response.reading_sources import ResponseData
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import ORDER, Response
from topline.trial.response.rules import ResponseRules
from topline.trial.response.time_to_event import CENSORING, TITLES, CensoringRules

HEADING = """\
# Tumour response

The criteria that `topline response` and the `response` part of a specification know, line by line. This page is written
from the data that the evaluation follows; [the how-to](../how-to/tumour-response.md) shows how to use it.
"""

_THRESHOLDS = """\
## Target lesions

The sum adds longest diameters, and of lymph nodes short axes. It is asked in this order:

| response | when |
|---|---|
| CR | every lesion is gone (0 mm), nodes are below 10 mm |
| PD | the sum is at least 20 % and at least 5 mm above nadir: the smallest complete sum before, baseline included |
| PR | the sum is at least 30 % below baseline |
| SD | otherwise |
| NE | a lesion was not measured, unless what was measured is PD already |

A lesion too small to measure counts 5 mm. The parts of a lesion that split add up; lesions that merged count the one
diameter they have. Only complete sums can be nadir. After a complete response whatever is back is PD
(`after_complete`). Lengths are exact decimals: 70.0 of 100 mm is a partial response, 70.01 mm is not.
"""


def response_page() -> str:
    """Write the page as Markdown."""
    parts = [HEADING, _words(), _THRESHOLDS]
    for criteria in CRITERIA.values():
        parts += [_criteria(criteria)]
    parts += [
        _confirmation(),
        _choices("Rules", ResponseRules),
        _choices("Censoring of times", CensoringRules),
        _named_censoring(),
        _choices("Data", ResponseData),
        _datasets(),
    ]
    return "\n".join(parts)


def _words() -> str:
    lines = ["## Words", "", f"| response | {' | '.join(one.title for one in CRITERIA.values())} |"]
    lines.append(f"|---|{'---|' * len(CRITERIA)}")
    for response in ORDER:
        words = (criteria.word(response) for criteria in CRITERIA.values())
        lines.append(f"| {_meaning(response)} | {' | '.join(words)} |")
    return "\n".join([*lines, ""])


def _meaning(response: Response) -> str:
    if response is Response.NEITHER:
        return "neither complete nor progressed"
    return response.name.lower().replace("_", " ")


def _criteria(criteria: Criteria) -> str:
    lines = [f"## {criteria.title}", "", f"`{criteria.name}`: {criteria.source}."]
    if criteria.response_confirmed:
        lines += ["", "Responses count only if confirmed, unless the evaluation says otherwise."]
    for table in criteria.tables:
        lines += ["", *_table(table, criteria)]
    return "\n".join([*lines, ""])


def _table(table: CombinationTable, criteria: Criteria) -> Iterator[str]:
    confirms = any(line.confirms for line in table.lines)
    yield f"**{table.title}** ({table.source})"
    yield ""
    last = " with unconfirmed progression before, confirmed by |" if confirms else ""
    yield f"| line | target | non-target | new lesions | response |{last}"
    yield f"|---|---|---|---|---|{'---|' if confirms else ''}"
    for line in table.lines:
        cells = [
            line.source,
            _set(line.target, criteria),
            _set(line.non_target, criteria),
            _new(line, table),
            criteria.word(line.overall),
        ]
        if confirms:
            cells.append(
                f"further increase of {' or '.join(line.confirms)} lesions" if line.confirms else ""
            )
        yield f"| {' | '.join(cells)} |"


def _set(responses: frozenset[Response], criteria: Criteria) -> str:
    listed = [response for response in ORDER if response in responses]
    return ", ".join(
        "none at baseline" if response is Response.NO_DISEASE else _component(response, criteria)
        for response in listed
    )


def _component(response: Response, criteria: Criteria) -> str:
    """Name a response of one kind of lesion, which iRECIST never calls confirmed."""
    if response is Response.PROGRESSION and criteria.name == "irecist":
        return criteria.word(Response.UNCONFIRMED)
    return criteria.word(response)


def _new(line: Line, table: CombinationTable) -> str:
    """Say what of new lesions a line is for; whether they progressed only where the table asks."""
    if line.new == frozenset(New):
        return "any"
    asked = any(other.new == {New.PROGRESSED} for other in table.lines)
    listed = [new for new in New if new in line.new and (asked or new is not New.PROGRESSED)]
    return ", ".join(listed)


def _confirmation() -> str:
    lines = [
        "## Best response with confirmation",
        "",
        "RECIST 1.1, table 3. Stable disease counts from `minimum_stable_days` on; the second time point is at least",
        "`confirmation_days` after the first.",
        "",
        "| first | subsequent | best response | if stable disease was too short |",
        "|---|---|---|---|",
    ]
    for line in RECIST_CONFIRMATION:
        note = f" ({line.note})" if line.note else ""
        otherwise = str(line.otherwise) if line.otherwise else ""
        lines.append(f"| {line.first} | {line.subsequent} | {line.best}{note} | {otherwise} |")
    return "\n".join([*lines, ""])


def _choices(title: str, kind: type) -> str:
    """List the fields of a type of choices with their defaults and what its docstring says of each."""
    lines = [f"## {title}", "", "| name | default | what |", "|---|---|---|"]
    said = _parameters(kind)
    for field in fields(kind):
        default = "" if field.default in (MISSING, None) else f"`{field.default}`"
        lines.append(f"| `{field.name}` | {default} | {said[field.name]} |")
    return "\n".join([*lines, ""])


def _parameters(kind: type) -> dict[str, str]:
    """Read what a docstring says of each parameter."""
    section = cleandoc(kind.__doc__ or "").split("Parameters\n----------\n", 1)[1]
    section = re.split(r"\n\w+\n---+\n", section)[0]
    found: dict[str, list[str]] = {}
    name = ""
    for line in section.splitlines():
        if line and not line.startswith(" "):
            name = line.strip()
            found[name] = []
        elif name:
            found[name].append(line.strip())
    return {name: " ".join(lines).strip().replace("``", "`") for name, lines in found.items()}


def _named_censoring() -> str:
    lines = [
        "| set of rules | new therapy | missed assessments | longest gap |",
        "|---|---|---|---|",
    ]
    for name, rules in CENSORING.items():
        gap = f"{rules.longest_gap_days} days" if rules.longest_gap_days else ""
        lines.append(f"| `{name}` | {rules.new_therapy} | {rules.missed_assessments} | {gap} |")
    return "\n".join([*lines, ""])


def _datasets() -> str:
    lines = [
        "## Datasets",
        "",
        "`response.csv` (in a build: `RESPONSE`) is shaped as ADRS, `response-times.csv` (`RESPONSE_TIMES`) as ADTTE with",
        "AVAL in days and CNSR 0 for an event.",
        "",
        "| PARAMCD | what | dataset |",
        "|---|---|---|",
    ]
    lines += [f"| `{code}` | {text} | RESPONSE |" for code, text in PARAMETERS.items()]
    lines += [f"| `{code}` | {text} | RESPONSE_TIMES |" for code, text in TITLES.items()]
    return "\n".join([*lines, ""])
