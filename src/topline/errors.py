"""Every error a user can meet: one base class, with the exit code and HTTP status on the class.

A message says what was found; ``where`` says in which file, line, column or address; ``accepted``
says what would have been right; ``advice`` says what to do. The command prints them without a
traceback. An exception that is not a :class:`ToplineError` is a fault of topline.
"""

from collections.abc import Sequence


class ToplineError(Exception):
    """The base of every error that is the user's to mend.

    Parameters
    ----------
    message
        What was found, with the value.
    where
        File, line and column, or address.
    accepted
        What would have been accepted.
    advice
        What to do next.

    Examples
    --------
    >>> print(DocumentError("the JSON ends in the middle of a string", where="a.json, byte 812"))
    the JSON ends in the middle of a string
      where: a.json, byte 812
    """

    exit_code = 1
    http_status = 500

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        accepted: str | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.accepted = accepted
        self.advice = advice

    @property
    def in_one_line(self) -> str:
        """The message with its place and advice, for a list of findings.

        >>> ToplineError("2 values are 0", accepted="values above 0").in_one_line
        '2 values are 0; accepted: values above 0'
        """
        return "; ".join(line.strip() for line in str(self).splitlines())

    def __str__(self) -> str:
        lines = [self.message]
        for label, text in (
            ("where", self.where),
            ("accepted", self.accepted),
            ("to do", self.advice),
        ):
            if text is not None:
                lines.append(f"  {label}: {text}")
        return "\n".join(lines)


class UsageError(ToplineError):
    """The command or function was called with words that do not fit."""

    exit_code = 2
    http_status = 400


class DocumentError(ToplineError):
    """A document could not be read as the record it should hold."""

    exit_code = 3
    http_status = 422


class DataError(ToplineError):
    """A dataset is missing, cannot be read, or lacks what the analysis needs."""

    exit_code = 4
    http_status = 422


class SpecificationError(ToplineError):
    """A study specification holds mistakes; all of them are listed.

    Parameters
    ----------
    message
        The headline: how many mistakes in which file.
    problems
        The mistakes in the order of the file, each already worded with its place.
    """

    exit_code = 5
    http_status = 422

    def __init__(self, message: str, problems: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(str(problem) for problem in self.problems)])


class LimitError(ToplineError):
    """An input is larger or deeper than topline is willing to hold in memory."""

    exit_code = 6
    http_status = 413


class OutputError(ToplineError):
    """A result could not be written where it should go."""

    exit_code = 7
    http_status = 500


class NotFoundError(ToplineError):
    """What was asked for (a file, an address, a study) does not exist."""

    exit_code = 8
    http_status = 404
