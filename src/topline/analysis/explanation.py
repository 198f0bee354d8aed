"""Where the numbers of a record come from, found by address."""

from topline.analysis.statistics import Statistic, Statistics
from topline.errors import DataError, NotFoundError
from topline.record import Study
from topline.record.addresses import value_at


def explain(study: Study, statistics: Statistics, address: str) -> tuple[Statistic, ...]:
    """Give the provenance of the number at an address, or of every number in the part there.

    Parameters
    ----------
    study
        The record.
    statistics
        The provenance of its build.
    address
        JSON Pointer of a number or a part.

    Returns
    -------
    tuple of Statistic
        In the order of the record; at least one.

    Raises
    ------
    UsageError
        If the address is malformed.
    NotFoundError
        If the record has no such part, or nothing in it was computed.
    DataError
        If the record does not post what the build computed: it was changed since, or the
        provenance is that of another build.

    Examples
    --------
    >>> explain(Study(has_results=True), Statistics(), "/hasResults")
    Traceback (most recent call last):
    topline.errors.NotFoundError: no number was computed here
      where: /hasResults
    """
    value_at(study, address)
    found = _inside(statistics, address)
    if not found:
        raise _nothing_computed(statistics, address)
    for row in found:
        posted = _posted(study, row.address)
        if posted != row.posted:
            raise DataError(
                f"the record posts {posted if posted is not None else 'nothing'} here, "
                f"but the build computed {row.posted}",
                where=row.address,
                accepted="a record and the analysis results dataset of the same build",
                advice="build again, or name the dataset of this record's build",
            )
    return found


def _inside(statistics: Statistics, address: str) -> tuple[Statistic, ...]:
    within = f"{address}/"
    return tuple(
        row for row in statistics if row.address == address or row.address.startswith(within)
    )


def _posted(study: Study, address: str) -> str | None:
    try:
        return str(value_at(study, address))
    except NotFoundError:
        return None


def _nothing_computed(statistics: Statistics, address: str) -> NotFoundError:
    """Word that nothing was computed at an address, with the nearest part around it that was."""
    around = address
    while around:
        around = around.rpartition("/")[0]
        near = _inside(statistics, around)
        if near and around:
            return NotFoundError(
                "no number was computed here",
                where=address,
                accepted=f"{around}, in which {len(near)} were, or one of them, "
                f"such as {near[0].address}",
            )
    return NotFoundError("no number was computed here", where=address)
