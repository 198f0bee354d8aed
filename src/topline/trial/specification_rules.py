"""What the types of a specification cannot say: rules between its parts.

A rule is silent about a place that is wrong already: one mistake is one problem.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from topline.trial.populations import STANDARD_POPULATIONS
from topline.trial.reasons import REGISTRY_REASONS
from topline.trial.specification import Category, MeasureClass, Specification
from topline.trial.specification_collector import Reading
from topline.trial.specification_problems import join, one_of, path_text, shown
from topline.trial.spelling import nearest

RESERVED_MILESTONES = ("STARTED", "COMPLETED", "NOT COMPLETED")
DATA_KEYS = ("summary", "analyses", "categories", "classes")
MAPPED_MEASURES = ("race", "ethnicity", "region")


def apply_rules(specification: Specification, reading: Reading) -> None:
    """Judge a specification by every rule.

    Parameters
    ----------
    specification
        What was read.
    reading
        Where it stands; takes the mistakes and warnings.
    """
    for rule in RULES:
        rule(specification, reading)


def _report(
    reading: Reading, path: str, found: str, accepted: str, near: str | None = None
) -> None:
    if not reading.broken(path):
        reading.report(path, found, accepted, near)


def _unique(reading: Reading, entries: Iterable[tuple[str, str]], noun: str) -> None:
    """Report every title that stands a second time; case and outer blanks do not count."""
    first: dict[str, str] = {}
    for path, title in entries:
        key = " ".join(title.split()).casefold()
        if key and key in first:
            line = reading.position(first[key]).line
            _report(
                reading, path, f"the {noun} {shown(title)} a second time (line {line})",
                f"another {noun}",
            )  # fmt: skip
        first.setdefault(key, path)


def _groups(specification: Specification, reading: Reading) -> None:
    groups = specification.groups
    for key, group in groups.items():
        place = path_text("groups", key)
        treatment, where = join(place, "treatment"), join(place, "where")
        if reading.given(treatment) and reading.given(where):
            _report(reading, where, "where beside treatment", "one of the two")
        others = [name for name in ("combines", "rows") if reading.given(join(place, name))]
        undefined = not group.treatment and group.where is None and not others
        if "combines" in others:
            for path in (treatment, where, join(place, "rows")):
                if reading.given(path):
                    _report(reading, path, "a condition beside combines", "combines alone")
            nested = [one for one in group.combines if one in groups and groups[one].combines]
            if nested or key in group.combines:
                _report(
                    reading, join(place, "combines"), f"a combination of {nested or [key]}",
                    "groups that combine no others",
                )  # fmt: skip
        if len(groups) > 1 and undefined and not reading.broken(where):
            _report(
                reading, treatment, f"neither treatment nor where in the group {key}",
                "one of the two where there are several groups",
            )  # fmt: skip
    titles = [(path_text("groups", key, "title"), group.title) for key, group in groups.items()]
    _unique(reading, titles, "group title")


def _interventions(specification: Specification, reading: Reading) -> None:
    """Refuse interventions of a crossover where participants, not rows, are counted."""
    events = specification.adverse_events
    for path, named in (
        ("participant_flow.groups", specification.participant_flow.groups),
        ("baseline.groups", specification.baseline.groups),
        ("adverse_events.groups", events.groups if events else ()),
    ):
        wrong = [
            key for key in named if key in specification.groups and specification.groups[key].rows
        ]
        if wrong:
            _report(
                reading, path, f"the intervention {', '.join(wrong)}, which has `rows`",
                "groups of participants, such as sequences; interventions are for outcomes",
            )  # fmt: skip


def _references(specification: Specification, reading: Reading) -> None:
    known = {
        "group": list(specification.groups),
        "population": [*specification.populations, *STANDARD_POPULATIONS],
    }
    for reference in reading.references:
        names = known[reference.kind]
        if reference.name not in names:
            _report(
                reading, reference.path, f"the {reference.kind} {shown(reference.name)}",
                one_of(dict.fromkeys(names)), nearest(reference.name, names),
            )  # fmt: skip
    listed = [
        (reference.path.rpartition("[")[0], reference)
        for reference in reading.references
        if reference.kind == "group"
    ]
    times = Counter((parent, reference.name) for parent, reference in listed)
    for parent, reference in listed:
        if times[parent, reference.name] > 1:
            times[parent, reference.name] = 0
            _report(reading, parent, f"the group {shown(reference.name)} twice", "a group once")


def _rows(
    reading: Reading, path: str, categories: Sequence[Category], classes: Sequence[MeasureClass]
) -> None:
    for number, category in enumerate(categories):
        place = path_text("categories", number)
        if category.where is not None and category.values:
            _report(reading, f"{path}.{place}.values", "values beside where", "one of the two")
    for name, titles in (
        ("categories", [category.title for category in categories]),
        ("classes", [one.title for one in classes]),
    ):
        places = [f"{path}.{path_text(name, number, 'title')}" for number in range(len(titles))]
        _unique(reading, zip(places, titles, strict=True), "title")


def _measures(specification: Specification, reading: Reading) -> None:
    for number, measure in enumerate(specification.baseline.measures):
        path = path_text("baseline", "measures", number)
        _rows(reading, path, measure.categories, measure.classes)
        if measure.measure is None and not reading.broken(join(path, "measure")):
            for key in ("title", "summary"):
                if not reading.given(join(path, key)) and reading.given(path):
                    _report(
                        reading, join(path, key), f"neither measure nor {key}",
                        f"a measure of the registry's list, or a {key} for one of the study's own",
                    )  # fmt: skip
        if measure.values and measure.measure not in MAPPED_MEASURES:
            _report(
                reading, join(path, "values"),
                f"values for {measure.measure or 'a measure of the study'}",
                f"values for {one_of(MAPPED_MEASURES)}",
            )  # fmt: skip
    names = [
        (path_text("baseline", "measures", number), measure.title or measure.measure or "")
        for number, measure in enumerate(specification.baseline.measures)
    ]
    _unique(reading, names, "baseline measure")


def _periods(specification: Specification, reading: Reading) -> None:
    periods = specification.participant_flow.periods
    places = [path_text("participant_flow", "periods", number) for number in range(len(periods))]
    titles = [
        (join(place, "title"), period.title) for place, period in zip(places, periods, strict=True)
    ]
    _unique(reading, titles, "period title")
    for place, period in zip(places, periods, strict=True):
        milestones = [
            (f"{place}.{path_text('milestones', number, 'title')}", milestone.title)
            for number, milestone in enumerate(period.milestones)
        ]
        _unique(reading, milestones, "milestone title")
        for path, title in milestones:
            if title.strip().upper() in RESERVED_MILESTONES:
                _report(
                    reading, path, f"a milestone {shown(title)}",
                    "another title: every period has that one already",
                )  # fmt: skip


def _reasons(specification: Specification, reading: Reading) -> None:
    for number, period in enumerate(specification.participant_flow.periods):
        for collected, reason in period.reasons.items():
            near = nearest(reason, REGISTRY_REASONS, like_enough=0.75)
            if reason in REGISTRY_REASONS or near is None:
                continue
            path = path_text("participant_flow", "periods", number, "reasons", collected)
            reading.warnings.append(
                reading.problem(
                    path,
                    f"{shown(reason)}, which is not on the registry's list and is posted as Other",
                    one_of(REGISTRY_REASONS),
                    near,
                )
            )


def _outcomes(specification: Specification, reading: Reading) -> None:
    for number, outcome in enumerate(specification.outcomes):
        path = path_text("outcomes", number)
        _rows(reading, path, outcome.categories, outcome.classes)
        if reading.given(join(path, "not_posted")) and outcome.not_posted is not None:
            for key in DATA_KEYS:
                if reading.given(join(path, key)):
                    _report(reading, join(path, key), f"{key} beside not_posted", "one of the two")
        elif outcome.summary is None and not reading.broken(join(path, "not_posted")):
            _report(
                reading, join(path, "summary"), "no summary",
                "a summary, or not_posted where there are no results yet",
            )  # fmt: skip
    titles = [
        (path_text("outcomes", number, "title"), f"{outcome.title} / {outcome.time_frame}")
        for number, outcome in enumerate(specification.outcomes)
        if outcome.title
    ]
    _unique(reading, titles, "outcome title with its time frame")


def _agreement(specification: Specification, reading: Reading) -> None:
    agreement = specification.agreement
    if agreement is None:
        return
    for path, found, accepted, wrong in (
        ("restricts", "restricts where all investigators are employees", "it only where they are not",
         agreement.investigators_are_employees and agreement.restricts is not None),
        ("restriction", "a restriction without restricts: true", "restricts: true beside it",
         agreement.restriction is not None and not agreement.restricts),
        ("restriction", "restricts: true without a restriction", "LTE60, GT60 or OTHER",
         bool(agreement.restricts) and agreement.restriction is None),
        ("details", "no details of the restriction OTHER", "the restriction in words",
         agreement.restriction == "OTHER" and agreement.details is None),
        ("details", "details beside a restriction that is not OTHER", "details of OTHER only",
         agreement.restriction != "OTHER" and agreement.details is not None),
    ):  # fmt: skip
        place = join("agreement", path)
        if wrong and not (path == "restriction" and reading.broken("agreement.restricts")):
            _report(reading, place, found, accepted)


def _contact(specification: Specification, reading: Reading) -> None:
    contact = specification.contact
    if contact is None:
        return
    if contact.email is None and contact.phone is None and not reading.broken("contact.phone"):
        _report(reading, "contact.email", "neither email nor phone", "at least one of the two")
    if contact.phone_extension is not None and contact.phone is None:
        _report(reading, "contact.phone_extension", "an extension without phone", "phone beside it")


def _response(specification: Specification, reading: Reading) -> None:
    part = specification.response
    if part is None or part.missed_assessments != "censor" or part.censoring == "fda":
        return
    if part.longest_gap_days is None and not reading.broken("response.longest_gap_days"):
        _report(
            reading, "response.longest_gap_days", "no longest_gap_days where missed assessments censor",
            "the days without an assessment beyond which an event is censored",
        )  # fmt: skip


RULES: tuple[Callable[[Specification, Reading], None], ...] = (
    _groups,
    _interventions,
    _references,
    _measures,
    _periods,
    _reasons,
    _outcomes,
    _agreement,
    _contact,
    _response,
)
