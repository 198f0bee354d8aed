"""The first specification of a trial, put together from its parts."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topline.analysis.first_draft import changes, responses, times
from topline.analysis.first_draft.adverse_events import adverse_events
from topline.analysis.first_draft.arms import groups, participant_flow, populations, treatment
from topline.analysis.first_draft.characteristics import baseline
from topline.analysis.first_draft.document import (
    WIDTH,
    Asked,
    Suggested,
    document,
    plain,
    questions,
)
from topline.analysis.first_draft.outcomes import Maker, Proposal
from topline.analysis.first_draft.survey import Survey
from topline.trial.library import Library

MAKERS: tuple[tuple[Any, Maker], ...] = (
    (times.is_of_times, times.propose),
    (responses.is_of_responses, responses.propose),
    (changes.is_of_changes, changes.propose),
    (changes.is_of_values, changes.propose),
)
"""What tells the kind of a dataset, and what proposes its outcomes; the first that fits makes them."""


SEEN = "Rows seen: "
"""What begins the line of the heading that says how much data there was."""


def row_counts(library: Library) -> dict[str, int]:
    """Count the rows of each dataset."""
    return {name: library.read(name, columns=()).records for name in library.names}


@dataclass(frozen=True)
class Draft:
    """A first specification.

    Attributes
    ----------
    content
        The specification with its questions.
    proposals
        The outcomes, and the parameters that have none.
    heading
        What stands above it.
    """

    content: Mapping[str, Any]
    proposals: tuple[Proposal, ...]
    heading: str

    @property
    def text(self) -> str:
        """The file."""
        return document(self.content, self.heading)

    @property
    def specification(self) -> Any:
        """What the file says, without comments."""
        return plain(self.content)

    @property
    def questions(self) -> tuple[str, ...]:
        """What a person must decide."""
        return tuple(questions(self.content))


def draft(library: Library, data: str) -> Draft:
    """Look at datasets and write a first specification.

    Parameters
    ----------
    library
        The datasets; ADSL must be among them.
    data
        Where they are, as the specification should say it.

    Raises
    ------
    DataError
        If there is no ADSL, or a dataset cannot be read.
    """
    survey = Survey(library)
    proposals = tuple(_proposals(survey))
    content: dict[str, Any] = {"data": data, "study": _study(survey)}
    for key, value in (
        ("treatment", treatment(survey)),
        ("populations", populations(survey)),
    ):
        if value:
            content[key] = value
    content["groups"] = groups(survey)
    content["participant_flow"] = participant_flow(survey)
    content["baseline"] = baseline(survey)
    outcomes = [one.content for one in proposals if one.content is not None]
    if outcomes:
        content["outcomes"] = Asked(
            outcomes, "Which outcomes are primary, which secondary, which neither? In which order?"
        )
    events = adverse_events(survey)
    if events:
        content["adverse_events"] = events
    content["agreement"] = Suggested(
        {"investigators_are_employees": False, "restricts": False},
        "Are all principal investigators employees of the sponsor? May they publish freely?",
    )
    content["contact"] = Suggested(
        {"title": "...", "organization": "...", "email": "..."}, "Whom may readers ask?"
    )
    seen = SEEN + ", ".join(f"{name} {count}" for name, count in row_counts(library).items())
    heading = f"{_heading(proposals)}\n\n{seen}"
    return Draft(content=content, proposals=proposals, heading=heading)


def _proposals(survey: Survey) -> list[Proposal]:
    found: list[Proposal] = []
    for name in survey.library.names:
        if name == "ADSL" or not name.startswith("AD"):
            continue
        maker = next((make for fits, make in MAKERS if fits(survey, name)), None)
        if maker is not None:
            found += maker(survey, name)
    return found


def _study(survey: Survey) -> dict[str, Any]:
    study: dict[str, Any] = {}
    if "STUDYID" in survey.variables:
        names = survey.everyone["STUDYID"].drop_nulls().unique().to_list()
        if len(names) == 1:
            study["organization_id"] = str(names[0])
    study["registration"] = Suggested(
        "registration.json",
        "The registered record (API v2 JSON), whose protocol section is kept? Else say title, sponsor, "
        "phases ... here",
    )
    study["title"] = Asked(
        f"Study {study.get('organization_id', 'of these datasets')}", "The brief title?"
    )
    if len(survey.arms) > 1:
        study["allocation"] = Asked(
            "RANDOMIZED"
            if {"RANDDT", "RANDFL", "ITTFL"} & set(survey.variables)
            else "NON_RANDOMIZED",
            "Were participants randomized?",
        )
    return study


def _heading(proposals: tuple[Proposal, ...]) -> str:
    lines = [
        "A first specification, written by `topline init` from what the data say.",
        "It builds as it is; what a person must decide is marked by a question (# ?).",
        "Keys and methods: `topline spec schema`, docs/reference/specification.md",
    ]
    left = [one for one in proposals if one.content is None]
    if left:
        lines += ["", "Left out, because a person must decide:"]
        reasons: dict[tuple[str, str], list[str]] = {}
        for one in left:
            reasons.setdefault((one.dataset, one.reason), []).append(one.parameter)
        for (dataset, reason), codes in reasons.items():
            lines += textwrap.wrap(
                f"{dataset} {', '.join(codes)}: {reason}",
                WIDTH - 4,
                initial_indent="  ",
                subsequent_indent="    ",
            )
    return "\n".join(lines)


def data_path(folder: Path, output: Path) -> str:
    """Say where a folder is, relative to the specification if it is near.

    >>> data_path(Path("/trial/adam"), Path("/trial/study.yaml"))
    'adam'
    """
    try:
        return folder.resolve().relative_to(output.resolve().parent).as_posix() or "."
    except ValueError:
        return folder.resolve().as_posix()
