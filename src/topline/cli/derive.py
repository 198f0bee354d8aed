"""``topline derive``: the estimates that a record leaves out, from the summaries that it posts."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Document, From, Json, StudyNumber
from topline.cli.stat_options import fraction
from topline.cli.terminal import say, width, write_json, write_lines

if TYPE_CHECKING:
    from topline.analysis.derive.derivation import Derived, DerivedEstimate, Refusal
    from topline.record.study import Study
    from topline.render.text_lines import Line

_ENDINGS = (".csv", ".parquet", ".json", ".html")


def derive(
    file: Document,
    outcome: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="One outcome measure by its number, from 1; repeatable."),
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Compare the adverse events too, term by term.")
    ] = False,
    level: Annotated[
        float, typer.Option(metavar="PERCENT", help="The confidence level of the intervals.")
    ] = 95,
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=METHOD",
            help="How to compute one kind of estimate, such as proportion=wilson or "
            "mean_difference=pooled; repeatable.",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="GROUP",
            help="Compare with this group, by id or title; all for every pair. Default: the control "
            "group, or all pairs where there is none and they are few.",
        ),
    ] = None,
    disjoint: Annotated[
        bool,
        typer.Option(
            "--disjoint",
            help="Take groups whose relation the record leaves open to have no participant in "
            "common; each estimate says so.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write .csv, .parquet or .json, or the record's page with the estimates as .html.",
        ),
    ] = None,
    study: StudyNumber = None,
    source_format: From = None,
    json: Json = False,
) -> None:
    """Derive what a record leaves out: intervals, differences, ratios and tests from its posted numbers.

    Every estimate is marked as computed here, with its method and the addresses of its inputs. What
    cannot be derived is refused with the reason.
    """
    from topline.analysis.derive.runner import Wanted
    from topline.analysis.derive.runner import derive as derive_from
    from topline.formats.registry import read_study

    if output is not None:
        _check_ending(output)
    wanted = Wanted(
        level=fraction(level),
        methods=dict(map(_method, method or ())),
        outcomes=None if outcome is None else tuple(number - 1 for number in outcome),
        events=events,
        against=against,
        take_as_disjoint=disjoint,
    )
    record = read_study(file, source_format, nct_id=study)
    found = derive_from(record, wanted)
    if output is not None:
        _write(output, record, found)
    if json:
        write_json(_described(record, found))
    elif output is None:
        write_lines(_lines(record, found))
    say(_summary(found) + (f", written to {output}" if output is not None else ""))


def _check_ending(output: Path) -> None:
    from topline.errors import UsageError

    if output.suffix.lower() not in _ENDINGS:
        raise UsageError(
            f"{output.name!r} does not say which kind of file to write",
            accepted=f"a name that ends in {', '.join(_ENDINGS)}",
        )


def _method(text: str) -> tuple[str, str]:
    from topline.errors import UsageError

    name, equals, chosen = text.partition("=")
    if not equals:
        raise UsageError(
            f"{text!r} does not say what it is a method of",
            accepted="NAME=METHOD, such as proportion=wilson",
        )
    return name.strip(), chosen.strip()


def _nct_id(study: "Study") -> str:
    return study.identification.nct_id or ""


def _described(study: "Study", found: "Derived") -> dict[str, object]:
    from topline.analysis.derive.derivation import COMPUTED_HERE

    return {
        "nct_id": _nct_id(study),
        "computed": COMPUTED_HERE,
        "estimates": found.estimates,
        "refusals": found.refusals,
    }


def _write(output: Path, study: "Study", found: "Derived") -> None:
    import msgspec

    from topline.analysis.derive.derived_table import derived_frame
    from topline.formats.output import open_output

    ending = output.suffix.lower()
    with open_output(output) as stream:
        if ending == ".html":
            from topline.render.page import render_page

            stream.write(render_page(study, derived=found).encode())
        elif ending == ".json":
            stream.write(msgspec.json.encode(_described(study, found)))
        elif ending == ".csv":
            derived_frame(found.estimates, _nct_id(study)).write_csv(stream)
        else:
            derived_frame(found.estimates, _nct_id(study)).write_parquet(stream)


def _summary(found: "Derived") -> str:
    estimates, refusals = len(found.estimates), len(found.refusals)
    return (
        f"{estimates} estimate{'' if estimates == 1 else 's'} computed here, "
        f"{refusals} refusal{'' if refusals == 1 else 's'}"
    )


def _lines(study: "Study", found: "Derived") -> "Iterator[Line]":
    """Yield each outcome measure with its estimates and what was refused of it."""
    from topline.render.derived_tables import derived_table, refusal_lines
    from topline.render.terminal_text import plain
    from topline.render.text_lines import Line, wrapped
    from topline.render.text_table import table_lines

    columns = width()
    order = {_part(one.address): None for one in _in_order(found)}
    estimates = {
        part: list(some) for part, some in groupby(found.estimates, lambda one: _part(one.address))
    }
    refusals: dict[str, list[Refusal]] = {}
    for refusal in found.refusals:
        refusals.setdefault(_part(refusal.address), []).append(refusal)
    for place, part in enumerate(order):
        if place:
            yield Line("")
        for line in wrapped(plain(_title(study, part)), columns):
            yield Line(line, "bold")
        if part in estimates:
            yield from table_lines(derived_table(estimates[part], study), columns)
        for text in refusal_lines(refusals.get(part, ())):
            for line in wrapped(plain(text), columns, "  "):
                yield Line(line, "dim")


def _in_order(found: "Derived") -> "list[DerivedEstimate | Refusal]":
    """Return estimates and refusals by outcome measure, the adverse events last."""
    return sorted((*found.estimates, *found.refusals), key=lambda one: _key(one.address))


def _key(address: str) -> tuple[int, int]:
    part = _part(address)
    place = part.rsplit("/", 1)[-1]
    return (0, int(place)) if place.isdigit() else (1, 0)


def _part(address: str) -> str:
    """Return the address of the outcome measure that an address is in, or of the adverse events."""
    pieces = address.split("/")
    is_outcome = len(pieces) > 4 and pieces[3] == "outcomeMeasures"
    return "/".join(pieces[:5] if is_outcome else pieces[:3])


def _title(study: "Study", part: str) -> str:
    from topline.record.addresses import value_at
    from topline.record.results import OutcomeMeasure
    from topline.render.table_parts import label

    found = value_at(study, part)
    if not isinstance(found, OutcomeMeasure):
        return "Adverse events"
    kind = label("OutcomeMeasureType", found.type)
    number = int(part.rsplit("/", 1)[-1]) + 1
    return f"{number}. {f'{kind}: ' if kind else ''}{found.title or 'Outcome measure'}"
