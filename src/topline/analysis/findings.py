"""What a build finds in the data that a person should know, and what stops it."""

from dataclasses import dataclass, field

from topline.errors import ToplineError


class AnalysisError(ToplineError):
    """The data do not allow what the specification asks; all reasons are listed."""

    exit_code = 9
    http_status = 422


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes
    ----------
    part
        Path in the specification, such as ``baseline.measures[2]``.
    message
        What was found, with the numbers.
    advice
        What to do, or what was done.
    """

    part: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.part}: {self.message}" + (f"; {self.advice}" if self.advice else "")


@dataclass(slots=True)
class Findings:
    """Collects findings, so that all are reported at once.

    Attributes
    ----------
    problems
        What stops the build.
    notes
        What does not.
    """

    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def problem(self, part: str, message: str, advice: str = "") -> None:
        """Add a reason to stop."""
        self.problems.append(Finding(part, message, advice))

    def note(self, part: str, message: str, advice: str = "") -> None:
        """Add a thing to know."""
        self.notes.append(Finding(part, message, advice))

    def raise_problems(self) -> None:
        """Raise an :class:`AnalysisError` with every problem, if there is one."""
        if self.problems:
            count = len(self.problems)
            raise AnalysisError(
                "\n".join(
                    [
                        f"the data do not allow the build: {count} "
                        + ("reason" if count == 1 else "reasons"),
                        *(f"  {problem}" for problem in self.problems),
                    ]
                )
            )
