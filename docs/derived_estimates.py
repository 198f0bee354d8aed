"""``python -m docs.derived_estimates FOLDER`` surveys a folder of records: ``docs/explanation/derived-estimates.md``.

The folder holds API JSON documents, one record each. The page is committed; a corpus test holds its counts.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from topline.analysis.derive.derivation import Range
from topline.analysis.derive.posted_analysis import Parameter
from topline.analysis.reproduction.survey import Survey, survey
from topline.analysis.reproduction.verdict import Judged, Verdict
from topline.formats.registry import read_study
from topline.record.study import Study

PAGE = Path(__file__).parent / "explanation" / "derived-estimates.md"
_MOST_REASONS = 12

Table = list[tuple[str, ...]]


def records(folder: Path) -> Iterator[tuple[str, Study]]:
    """Yield NCT number and record of each document of a folder, in the order of their names."""
    for file in sorted(folder.glob("NCT*.json")):
        yield file.stem, read_study(file)


def verdict_table(found: Sequence[Judged]) -> Table:
    """Count the verdicts by parameter, and whether the summaries are means or least squares means."""
    rows: Table = [
        ("parameter", "of", "determinable", "reproduced", "direction", "SD and SE", "not", "share")
    ]
    for parameter, of_model in _kinds(found):
        same = [one for one in found if (one.parameter, one.of_model) == (parameter, of_model)]
        rows.append((parameter.value, _of(parameter, of_model), *_counts(same)))
    rows.append(("all", "", *_counts(found)))
    return rows


def _kinds(found: Sequence[Judged]) -> list[tuple[Parameter, bool]]:
    present = {
        (one.parameter, one.of_model)
        for one in found
        if one.verdict is not Verdict.NOT_DETERMINABLE
    }
    order = list(Parameter)
    return sorted(present, key=lambda kind: (order.index(kind[0]), kind[1]))


def _of(parameter: Parameter, of_model: bool) -> str:
    if parameter in (Parameter.MEAN_DIFFERENCE, Parameter.GEOMETRIC_MEAN_RATIO):
        return "least squares means" if of_model else "means"
    return "counts or percentages"


def _counts(found: Sequence[Judged]) -> tuple[str, ...]:
    verdicts = Counter(one.verdict for one in found)
    determinable = sum(verdicts.values()) - verdicts[Verdict.NOT_DETERMINABLE]
    reproduced = determinable - verdicts[Verdict.NOT_REPRODUCED]
    share = f"{100 * reproduced / determinable:.1f} %" if determinable else "–"
    return (
        str(determinable),
        str(verdicts[Verdict.REPRODUCED]),
        str(verdicts[Verdict.DIRECTION]),
        str(verdicts[Verdict.SPREADS]),
        str(verdicts[Verdict.NOT_REPRODUCED]),
        share,
    )


def precision_table(found: Sequence[Judged]) -> Table:
    """Count, of reproduced estimates with limits, a standard error or a p-value, those that follow too."""
    rows: Table = [("parameter", "with precision", "reproduced by a known method", "by none")]
    for parameter in Parameter:
        same = [
            one
            for one in found
            if one.parameter is parameter
            and not one.of_model
            and one.says_precision
            and one.verdict in (Verdict.REPRODUCED, Verdict.DIRECTION, Verdict.SPREADS)
        ]
        if same:
            given = sum(bool(one.precision_by) for one in same)
            rows.append((parameter.value, str(len(same)), str(given), str(len(same) - given)))
    return rows


def reasons_table(found: Sequence[Judged], verdict: Verdict) -> Table:
    """Count the reasons of a verdict."""
    counts = Counter(_general(one.reason) for one in found if one.verdict is verdict)
    return [("reason", "analyses"), *((reason, str(number)) for reason, number in _ordered(counts))]


def _general(reason: str) -> str:
    """Leave out of a reason what is this record's alone: titles and numbers."""
    if reason.startswith("the record says that it is adjusted"):
        return "the record says that the estimate is adjusted"
    general = re.sub(r'"[^"]*"', "…", " ".join(reason.split()))
    general = re.sub(r"(the record says there is no number):.*", r"\1", general)
    return re.sub(r"\d+(?:\.\d+)?", "N", general)


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def disagreements_table(found: Sequence[tuple[str, Judged]]) -> Table:
    """List what is not reproduced: record, outcome measure, analysis, both numbers, and a guess."""
    rows: Table = [("record", "outcome measure", "analysis", "posted", "derived", "guess")]
    for nct_id, one in found:
        if one.verdict is not Verdict.NOT_REPRODUCED:
            continue
        place = one.address.split("/")
        rows.append(
            (
                nct_id,
                _plain(one.measure),
                f"{place[4]}/{place[6]}",
                f"{one.parameter.value} {one.posted}",
                _range(one.derived),
                one.reason,
            )
        )
    return rows


def exchanged_table(found: Sequence[tuple[str, Judged]]) -> Table:
    """List the analyses that fit only with standard deviation and standard error exchanged."""
    rows: Table = [("record", "outcome measure", "analysis", "posted", "method")]
    for nct_id, one in found:
        if one.verdict is Verdict.SPREADS:
            place = one.address.split("/")
            rows.append(
                (
                    nct_id,
                    _plain(one.measure),
                    f"{place[4]}/{place[6]}",
                    f"{one.parameter.value} {one.posted}",
                    ", ".join(one.precision_by),
                )
            )
    return rows


def _plain(text: str) -> str:
    shortened = " ".join(text.replace("|", "/").replace("\\", "").split())
    for sign, entity in (("<", "&lt;"), (">", "&gt;")):
        shortened = shortened.replace(sign, entity)
    return shortened if len(shortened) <= 90 else f"{shortened[:89]}…"


def _range(values: Range | None) -> str:
    if values is None:
        return "several rows"
    low, high = ("…" if end is None else f"{end:.4g}" for end in (values.lower, values.upper))
    return low if low == high else f"{low} to {high}"


def markdown(table: Table) -> list[str]:
    """Write a table, its first row the heading."""
    heading, *rows = table
    lines = [heading, tuple("---" for _ in heading), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def page(found: Survey) -> str:
    """Write the page."""
    judged = [one for _, one in found.judged]
    refused = Counter[str]()
    for reason, number in found.refusals.items():
        refused[_general(reason)] += number
    several = f"{100 * found.compared / found.without_several:.0f} %"
    without = f"{100 * found.derived / found.without:.0f} %"
    not_stated = sum(
        one.rows > 1 and one.verdict in (Verdict.REPRODUCED, Verdict.DIRECTION) for one in judged
    )
    lines = [
        "# What records leave out, and whether what they post can be computed again",
        "",
        f"Written by `python -m docs.derived_estimates FOLDER` over {found.records} posted records with results (API v2",
        "JSON, collected from public repositories; not part of this project). Rules and figures are of `topline derive`",
        "with its defaults. A corpus test holds the counts.",
        "",
        "## Outcome measures without an estimate",
        "",
        "An outcome measure has a posted estimate if one of its statistical analyses posts a value of its parameter.",
        "",
        *markdown(
            [
                ("", "outcome measures"),
                ("that post numbers", str(found.outcomes)),
                ("… without a posted estimate", str(found.without)),
                ("… … with at least one derived estimate", f"{found.derived} ({without})"),
                ("… … with two groups or more", str(found.without_several)),
                (
                    "… … … with at least one derived comparison of two groups",
                    f"{found.compared} ({several})",
                ),
                ("… … with a derived test of one group against no change", str(found.tested)),
            ]
        ),
        "",
        "For comparison: of 1,423 phase 3 and 4 superiority trials (of 2,823) that posted no estimate and no p-value,",
        "Dechartres and others (2016) found 929, 65 %, for which one could be computed from what was posted.",
        "",
        "Estimates derived: "
        + ", ".join(f"{number:,} × {name}" for name, number in _ordered(found.estimates))
        + ".",
        "",
        "Why a measure of several groups without a posted estimate has no derived comparison (the first reason given;",
        f"the {_MOST_REASONS} most frequent):",
        "",
        *markdown(
            [
                ("reason", "outcome measures"),
                *((reason, str(number)) for reason, number in _ordered(refused)[:_MOST_REASONS]),
            ]
        ),
        "",
        "## Posted estimates, computed again",
        "",
        *_RULES,
        "",
        *markdown(verdict_table(judged)),
        "",
        f"Of the reproduced, {not_stated} stand with a measure of several rows, and the analysis does not say which it is",
        "about: one of the rows gives the estimate, which with many rows or few printed digits it may do by chance.",
        "",
        "A published tool that took trials' results from the registry reproduced 83.3 % of the published estimates that",
        "could be (Pradhan and others 2019, PMC6887103). That is another question than this one, where both numbers stand in",
        "one record.",
        "",
        "### Intervals",
        "",
        "Where an unadjusted estimate is reproduced and its record posts limits, else a standard error, else a p-value:",
        "whether one of the methods this package knows (Welch, pooled, pooled over all groups, normal; all intervals of",
        "the risk difference, risk ratio and odds ratio) gives it within rounding.",
        "",
        *markdown(precision_table(judged)),
        "",
        "### Standard deviation and standard error exchanged",
        "",
        *markdown(exchanged_table(found.judged)),
        "",
        "### Not determinable",
        "",
        *markdown(reasons_table(judged, Verdict.NOT_DETERMINABLE)),
        "",
        "### Not reproduced",
        "",
        "A guess says what would explain the number; nobody asked the sponsors. “Analysis” is the place of the outcome",
        "measure and of the analysis in the record, both from 0.",
        "",
        *markdown(reasons_table(judged, Verdict.NOT_REPRODUCED)),
        "",
        *markdown(disagreements_table(found.judged)),
        "",
    ]
    return "\n".join(lines)


_RULES = (
    "Judged is every analysis that posts a value of a mean difference, a risk difference, a risk ratio or an odds ratio",
    "(and of a ratio of geometric means), with a measure whose posted numbers are of the kind that gives it. The rules:",
    "",
    "- *Not determinable* is an estimate of other than two groups; of numbers that cannot be used (a missing denominator,",
    "  units other than participants, a percentage of no whole number); of groups that are not known to be disjoint; and",
    "  one that the record itself calls adjusted, in the method (ANCOVA, mixed models, repeated measures, Mantel–Haenszel",
    "  …) or in a comment (covariates, strata, adjusted for …). A logistic regression without such words counts as",
    "  determinable: the record says of no covariate.",
    "- Least squares means determine their difference whatever the model, since both come from it; not its precision.",
    "- *Reproduced*: a number that prints as posted lies in the range that the posted summaries allow. A difference of",
    "  proportions may be posted in percentage points; with fewer than two decimals it is.",
    "- *Direction*: so does the second group minus, or over, the first, in the order in which the analysis lists them.",
    "- *SD and SE*: the estimate is reproduced, and its interval or standard error only if the posted standard deviations",
    "  are standard errors, or the reverse; exactly, or with a width within 10 % where the labels as posted are off by a",
    "  factor of two or more.",
    "- Where an analysis names a row of the measure in its comments, that row is tried first; else every row is.",
)


def main() -> None:
    """Survey the folder named and write the page anew."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        raise SystemExit("usage: python -m docs.derived_estimates FOLDER")
    PAGE.write_text(page(survey(records(Path(sys.argv[1])))), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
