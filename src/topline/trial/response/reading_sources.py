"""Which datasets of a trial hold lesions, stated responses and participants."""

from dataclasses import dataclass
from typing import Literal

from topline.errors import UsageError
from topline.trial.dataset import listing
from topline.trial.library import Library

PartialDates = Literal["first", "last"]
Evaluator = Literal["investigator", "independent"]
Sizes = Literal["axes", "diameter"]
Kind = Literal["measurements", "identification", "responses", "participants"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseData:
    """Where the data of tumour response stand, and which records of them count.

    Parameters
    ----------
    measurements
        The dataset with the lesions' sizes and states: TR, or ADTR. ``None`` looks for one of these
        names, alone or followed by an underscore and more.
    identification
        The dataset that identifies lesions: TU.
    responses
        The dataset with stated responses: RS, or ADRS.
    participants
        The dataset with one row a participant: ADSL, or DM.
    evaluator
        Whose assessments: the ``investigator``'s, or the ``independent`` review's, of which accepted
        records count.
    start
        The variable that times count from; ``None`` takes RANDDT, TRTSDT or RFSTDTC.
    new_therapy
        The variable with the date on which another anticancer therapy began.
    sizes
        Which record of a lesion counts where it has several: of the ``axes`` the longest diameter, or of a lymph
        node the short axis; or the ``diameter`` that was collected as the one that counts.
    partial_dates
        Whether a date without a day counts as the first or the last day of its month (and one without
        a month as that of its year).
    """

    measurements: str | None = None
    identification: str | None = None
    responses: str | None = None
    participants: str | None = None
    evaluator: Evaluator = "investigator"
    start: str | None = None
    new_therapy: str | None = None
    sizes: Sizes = "axes"
    partial_dates: PartialDates = "last"


_NAMES: dict[Kind, tuple[str, ...]] = {
    "measurements": ("TR", "ADTR"),
    "identification": ("TU",),
    "responses": ("RS", "ADRS"),
    "participants": ("ADSL", "DM"),
}


def dataset_of(library: Library, data: ResponseData, kind: Kind) -> str | None:
    """Return the name of the dataset of a kind; ``None`` where the folder has none.

    Of several that begin alike, as TR_ONCO and TR_ONCO_RECIST, one must be named.

    Parameters
    ----------
    library
        The datasets.
    data
        What was named.
    kind
        What is looked for.

    Raises
    ------
    NotFoundError
        There is no dataset of the name given.
    UsageError
        There are several, and none was named.
    """
    named = getattr(data, kind)
    if named is not None:
        library.path(named)  # says which there are, where this one is not
        return str(named).upper()
    for base in _NAMES[kind]:
        if base in library:
            return base
        found = [name for name in library.names if name.startswith(f"{base}_")]
        other = data.measurements
        alike = base + other.upper()[2:] if other and other.upper().startswith("TR") else None
        if alike in found:
            return alike
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} datasets could hold the {kind}",
                where=str(library.folder),
                accepted=listing(found),
                advice=f"name one of them: --{kind} {found[0]}, or in a specification `{kind}: {found[0]}`",
            )
        if found:
            return found[0]
    return None
