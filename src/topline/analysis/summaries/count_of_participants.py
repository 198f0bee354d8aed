"""Count of participants (or units) by category. The registry allows it no dispersion."""

from topline.analysis.summaries.summary import Summarised, Summary, SummaryOptions


class CountOptions(SummaryOptions, frozen=True, kw_only=True):
    """A count has no options."""


def count(number: int, _: int, __: CountOptions) -> Summarised:
    """Give the count itself."""
    return Summarised(value=float(number), method="count of participants")


SUMMARY = Summary(
    name="count_of_participants",
    title="count of participants by category",
    options=CountOptions,
    measure_type="COUNT_OF_PARTICIPANTS",
    dispersion=lambda _: None,
    count=count,
    decimals=lambda *_: (0, 0),
    unit="Participants",
    variable="AVALC",
)
