"""What an export of analysis results is, as it is registered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from topline.analysis.statistics import Statistics
from topline.record.study import Study

Writer = Callable[[Study, Statistics], bytes]
"""From a record and the statistics of its build to the bytes of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A form in which others read analysis results.

    Attributes
    ----------
    name
        The word of the command line.
    title
        The form in words.
    writers
        File name ending, with its dot, to what writes that kind of file; the usual one first.
    of_build_only
        Whether it is made of the counts beside the record, :attr:`Build.beyond
        <topline.analysis.build.Build>`, which only the build itself has.
    """

    name: str
    title: str
    writers: Mapping[str, Writer]
    of_build_only: bool = False

    @property
    def file_name(self) -> str:
        """The name of its file in a results folder."""
        return f"{self.name}{next(iter(self.writers))}"
