"""``topline response``: tumour response from lesions, with the reason for each call."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, get_args

import typer

from topline.cli.options import Json
from topline.cli.terminal import say, width, write_json, write_lines

if TYPE_CHECKING:
    from topline.trial.response.evaluation import Evaluation, ParticipantResponse
    from topline.trial.response.trial_response import TrialResponse

Word = TypeVar("Word", bound=str)


def response(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="The folder of datasets: TR, TU, RS and DM, or ADTR, ADRS and ADSL."),
    ],
    criteria: Annotated[
        str,
        typer.Option(metavar="NAME", help="recist1.1, irrecist-nishino, irrecist-bohnsack or irecist."),
    ] = "recist1.1",
    participant: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Show this participant alone; may be repeated."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(metavar="WORD", help="Derive responses from `measurements`, or take them as `stated`."),
    ] = "measurements",
    evaluator: Annotated[
        str, typer.Option(metavar="WORD", help="Whose assessments: investigator or independent.")
    ] = "investigator",
    confirmed: Annotated[
        bool,
        typer.Option("--confirmed", help="Count durations and pictures by confirmed responses only."),
    ] = False,
    censoring: Annotated[
        str,
        typer.Option(metavar="NAME", help="Censoring rules of times: ema or fda."),
    ] = "ema",
    start: Annotated[
        str | None,
        typer.Option(metavar="VARIABLE", help="The variable times count from; else RANDDT, TRTSDT or RFSTDTC."),
    ] = None,
    new_therapy: Annotated[
        str | None,
        typer.Option(metavar="VARIABLE", help="The variable with the start of another anticancer therapy."),
    ] = None,
    measurements: Annotated[
        str | None, typer.Option(metavar="DATASET", help="The dataset of lesions, if not TR or ADTR.")
    ] = None,
    identification: Annotated[
        str | None, typer.Option(metavar="DATASET", help="The dataset that identifies them, if not TU.")
    ] = None,
    responses: Annotated[
        str | None, typer.Option(metavar="DATASET", help="The dataset of stated responses, if not RS or ADRS.")
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder whose datasets are taken where DATA has none of that name; else the sdtm beside an adam."),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Print the numbers alone, without the participants.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER",
            help="Write the datasets as CSV, and waterfall, spider and swimmer plots as SVG.",
        ),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Evaluate tumour response: time points with reasons, best responses, rates and times.

    Example: topline response sdtm --criteria irecist --participant 01-701-1015
    """
    from topline.analysis.build import tabulations
    from topline.trial.library import Library
    from topline.trial.response.reading_sources import Evaluator, ResponseData
    from topline.trial.response.trial_response import evaluate_response

    if output is not None:
        from topline.render.response_folder import check_response_folder

        check_response_folder(output)
    chosen = ResponseData(
        measurements=measurements,
        identification=identification,
        responses=responses,
        evaluator=_one_of(evaluator, get_args(Evaluator), "evaluator"),
        start=start,
        new_therapy=new_therapy,
    )
    evaluation = _evaluation(criteria, source, censoring, confirmed)
    trial = evaluate_response(Library(data, beside=beside or tabulations(data)), evaluation, chosen)
    shown = _shown(trial, participant)
    if json:
        _print_json(trial, shown)
    else:
        _print(trial, shown, summary=summary, whole=not participant)
    if output is not None:
        from topline.render.response_folder import write_response

        names = write_response(trial, output)
        say(f"written to {output}: {', '.join(names)}")


def _evaluation(criteria: str, source: str, censoring: str, confirmed: bool) -> "Evaluation":
    from topline.trial.response.evaluation import Evaluation, Source
    from topline.trial.response.registry import criteria_named
    from topline.trial.response.time_to_event import CENSORING

    return Evaluation(
        criteria=criteria_named(criteria),
        source=_one_of(source, get_args(Source), "source"),
        censoring=CENSORING[_one_of(censoring, tuple(CENSORING), "censoring rules")],
        confirmation=True if confirmed else None,
    )


def _one_of(word: str, accepted: tuple[Word, ...], what: str) -> Word:
    from topline.errors import UsageError
    from topline.trial.dataset import meant

    for one in accepted:
        if one == word.strip().lower():
            return one
    raise UsageError(
        f"there is no {what} {word!r}",
        accepted=", ".join(accepted),
        advice=meant(word, accepted),
    )


def _shown(
    trial: "TrialResponse", names: list[str] | None
) -> "tuple[ParticipantResponse, ...]":  # fmt: skip
    from topline.errors import NotFoundError
    from topline.trial.dataset import listing, meant

    if not names:
        return trial.participants
    known = {one.participant.name: one for one in trial.participants}
    for name in names:
        if name not in known:
            raise NotFoundError(
                f"there is no participant {name}",
                accepted=listing(tuple(known)),
                advice=meant(name, known),
            )
    return tuple(known[name] for name in names)


def _print(
    trial: "TrialResponse", shown: "tuple[ParticipantResponse, ...]", *, summary: bool, whole: bool
) -> None:
    from topline.render.response_text import participant_lines, summary_lines

    for note in trial.notes:
        say(f"note: {note}")
    if not summary:
        write_lines(participant_lines(shown, trial.evaluation.criteria, width()))
    if whole:
        write_lines(summary_lines(trial))


def _print_json(trial: "TrialResponse", shown: "tuple[ParticipantResponse, ...]") -> None:
    from dataclasses import replace

    from topline.trial.response.frames import participant_frame, time_point_frame, times_dataset

    part = replace(trial, participants=shown)
    write_json(
        {
            "criteria": trial.evaluation.criteria.name,
            "time_points": time_point_frame(part).to_dicts(),
            "participants": participant_frame(part).to_dicts(),
            "times": times_dataset(part).to_dicts(),
            "notes": list(trial.notes),
        }
    )
