"""What changed between the data and a specification that exists: asked again, a draft is not written over it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from topline.analysis import references
from topline.analysis.first_draft.draft import SEEN, Draft, row_counts
from topline.analysis.first_draft.survey import Survey
from topline.trial.condition_expressions import Comparison, Literal, Membership, Variable, questions
from topline.trial.conditions import ConditionError, parse_condition
from topline.trial.library import Library
from topline.trial.specification_reading import SpecificationReading


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the data and the specification do not agree about.

    Attributes
    ----------
    kind
        ``new``: in the data, and not in the specification. ``gone``: the reverse. ``changed``: in both, otherwise.
    what
        The thing in words.
    """

    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


def differences(
    draft: Draft, reading: SpecificationReading, text: str, library: Library
) -> list[Difference]:
    """Compare what the data would be drafted as with a specification.

    A person's own words are not compared: only which arms, baseline measures, outcomes and datasets there are, how many
    rows the datasets had, and whether every variable that the specification names is still there.

    Parameters
    ----------
    draft
        Of the data as they are now.
    reading, text
        The specification as it was read, and its text.
    library
        The datasets.
    """
    existing = msgspec.to_builtins(reading.specification)
    proposed, written = set(_things(draft.specification)), set(_things(existing))
    known = {f"outcome of {one.dataset} {one.parameter}" for one in draft.proposals}
    survey = Survey(library)
    found = [Difference("new", one) for one in sorted(proposed - written)]
    found += [
        Difference("gone", one)
        for one in sorted(written - proposed - known)
        if one.startswith(("outcome", "arm"))
        if not _still_there(one, survey)
    ]
    found += [Difference("gone", str(problem)) for problem in references.check(reading, library)]
    return [*found, *_row_changes(text, library)]


def _things(specification: Mapping[str, Any]) -> Iterator[str]:
    """List what a specification speaks of, in words that do not depend on how it says it."""
    for group in (specification.get("groups") or {}).values():
        treatment = group.get("treatment")
        for value in [treatment] if isinstance(treatment, str) else treatment or []:
            yield f"arm {value}"
    for measure in (specification.get("baseline") or {}).get("measures") or []:
        name = (
            measure
            if isinstance(measure, str)
            else measure.get("measure") or measure.get("variable")
        )
        if name and name != "age_categories":
            yield f"baseline measure {name}"
    for outcome in specification.get("outcomes") or []:
        for code in parameter_codes(outcome.get("where") or ""):
            yield f"outcome of {str(outcome.get('dataset') or 'ADSL').upper()} {code}"
    if specification.get("adverse_events"):
        yield "adverse events"


def parameter_codes(condition: str) -> list[str]:
    """Find the parameters that a condition selects; none where it cannot be parsed.

    >>> parameter_codes("PARAMCD == 'OS' and ITTFL == 'Y'"), parameter_codes("PARAMCD in ['A', 'B']")
    (['OS'], ['A', 'B'])
    """
    try:
        parsed = parse_condition(condition)
    except ConditionError:  # told by the check of references
        return []
    found: list[str] = []
    for question in questions(parsed):
        match question:
            case Comparison(Variable("PARAMCD"), "==", Literal(str(code))):
                found.append(code)
            case Membership(Variable("PARAMCD"), values, negated=False):
                found += [str(listed.value) for listed in values]
    return found


def _still_there(thing: str, survey: Survey) -> bool:
    """Tell whether a parameter of an outcome is in its dataset, or a treatment in ADSL."""
    if thing.startswith("arm "):
        return thing.removeprefix("arm ") in {arm.value for arm in survey.arms}
    dataset, _, code = thing.removeprefix("outcome of ").partition(" ")
    if not survey.has(dataset, "PARAMCD"):
        return False
    codes = survey.library.read(dataset, columns=["PARAMCD"]).frame["PARAMCD"]
    return code in codes.unique().to_list()


def _row_changes(text: str, library: Library) -> list[Difference]:
    """Compare the numbers of rows with those that the draft was made from, if its heading is still there."""
    line = next((one for one in text.splitlines() if one.startswith(f"# {SEEN}")), None)
    if line is None:
        return []
    before = dict(
        (name, int(count))
        for name, count in re.findall(r"([A-Z0-9_]+) (\d+)", line.partition(SEEN)[2])
    )
    now = row_counts(library)
    found = []
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            found.append(Difference("gone", f"dataset {name}"))
        elif name not in before:
            found.append(Difference("new", f"dataset {name}, {now[name]} rows"))
        elif before[name] != now[name]:
            found.append(
                Difference(
                    "changed", f"dataset {name}: {before[name]} rows before, {now[name]} now"
                )
            )
    return found
