"""Participant flow: who started, who completed, and why the others did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from topline.analysis.cohort import INDEX, Cohort, Column, Rows
from topline.analysis.condition_texts import among, every, negated
from topline.analysis.findings import Findings
from topline.analysis.ledger import Basis, Ledger
from topline.errors import DataError
from topline.record.results import (
    DropWithdraw,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    ParticipantFlowModule,
)
from topline.trial.reasons import REGISTRY_REASONS, registry_reason
from topline.trial.specification import Milestone, Period

ADDRESS = "/resultsSection/participantFlowModule"
STARTED, COMPLETED, NOT_COMPLETED = "STARTED", "COMPLETED", "NOT COMPLETED"
STATUS_VARIABLES = ("EOSSTT", "DCSREAS", "DCDECOD")
"""The variables of ADSL that can tell who completed the study, the first there is."""
REASON_VARIABLES = ("DCSREAS", "DCDECOD", "DCREASCD")
"""The variables of ADSL that can hold the reason not completed, the first there is."""
_NO_REASON = "Reason not recorded"
_MOST_UNITS = 1_000_000  # of one participant: anything beyond is no count of eyes or lesions

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Step:
    """One row of the flow: who it counts and how that was decided."""

    title: str
    members: Mask
    dataset: str
    condition: str
    comment: str | None = None


class FlowBuilder:
    """Builds the participant flow module of one trial.

    Parameters
    ----------
    cohort
        The trial.
    ledger
        Where every count is entered.
    findings
        Where what is odd is reported.
    """

    def __init__(self, cohort: Cohort, ledger: Ledger, findings: Findings) -> None:
        self.cohort = cohort
        self.ledger = ledger
        self.findings = findings
        self.flow = cohort.specification.participant_flow
        self.population = cohort.population_name(self.flow.population)
        self.columns = cohort.columns(self.population, self.flow.groups)
        self.ids = {column.key: f"FG{k:03d}" for k, column in enumerate(self.columns)}
        self.units = self._units()

    def build(self) -> ParticipantFlowModule:
        """Build the module; the first period's counts are those who started the trial."""
        self._report_overlap()
        self._report_enrollment()
        self._report_received()
        periods = []
        before: _Step | None = None
        for index, period in enumerate(self.flow.periods):
            built, before = self._period(index, period, before)
            periods.append(built)
        return ParticipantFlowModule(
            pre_assignment_details=self.flow.pre_assignment_details,
            recruitment_details=self.flow.recruitment_details,
            type_units_analyzed=self.flow.units.title if self.flow.units else None,
            groups=tuple(
                FlowGroup(
                    id=self.ids[column.key],
                    title=column.title,
                    description=column.description or None,
                )
                for column in self.columns
            ),
            periods=tuple(periods),
        )

    def started(self) -> Mapping[str, int]:
        """Count those who started the first period, by group."""
        return {key: int(members.sum()) for key, members in started_members(self.cohort).items()}

    def _units(self) -> npt.NDArray[np.int64] | None:
        if self.flow.units is None:
            return None
        variable = self.flow.units.variable.upper()
        values = self.cohort.participants[variable]
        if not values.dtype.is_numeric():
            raise DataError(
                f"{variable} holds {str(values.dtype).lower()} values",
                accepted="how many units each participant has, as a number",
            )
        numbers = values.cast(pl.Float64)
        no_count = (numbers < 0) | (numbers != numbers.floor()) | (numbers > _MOST_UNITS)
        wrong = no_count.fill_null(True)
        inside = pl.Series(self.cohort.members(self.population))
        if (wrong & inside).any():
            self.findings.problem(
                "participant_flow.units",
                f"{variable} is missing or no count for {int((wrong & inside).sum())} participants",
                "a whole number of units for everyone who started",
            )
        return numbers.set(wrong, 0).cast(pl.Int64).to_numpy()

    def _report_overlap(self) -> None:
        together = np.sum([column.members for column in self.columns], axis=0)
        in_several = int((together > 1).sum())
        ungrouped = self.cohort.members(self.population) & (together == 0)
        outside = int(ungrouped.sum())
        if in_several:
            self.findings.problem(
                "groups",
                f"{in_several} participants of {self.population} are in several groups",
                "make the groups' conditions exclusive",
            )
        if outside:
            self.findings.problem(
                "groups",
                f"{outside} participants of {self.population} are in no group"
                f"{self._treatments_of(ungrouped)}",
                "add their treatment to a group, or narrow the population",
            )
        for column in self.columns:
            if not column.size:
                self.findings.note(
                    "groups",
                    f"nobody of {self.population} is in {column.title!r}",
                    "it is posted with zeros: check its treatment or condition",
                )

    def _report_enrollment(self) -> None:
        enrolled, started = self.cohort.specification.study.enrollment, sum(self.started().values())
        if enrolled is not None and enrolled != started:
            self.findings.note(
                "study.enrollment",
                f"{enrolled} participants were enrolled and {started} started",
                "reviewers ask for the difference: say it in `pre_assignment_details:`",
            )

    def _report_received(self) -> None:
        if self.cohort.population(self.population).treatment == "planned":
            return
        number = self.cohort.received_another(self.population)
        if number:
            self.findings.note(
                "participant_flow",
                f"{self.population} counts participants by the treatment received, and {number} of "
                "them were assigned another",
                "the flow is by assignment: name a population that counts by it",
            )

    def _treatments_of(self, members: Mask) -> str:
        """Name the treatments of some participants, where treatments make the groups."""
        treatment = self.cohort.population(self.population).treatment or "planned"
        variable = self.cohort.treatment_variable(treatment)
        frame = self.cohort.participants
        if variable not in frame.columns:
            return ""
        found = frame.filter(pl.Series(members))[variable].cast(pl.String).fill_null("missing")
        return f" ({variable}: {', '.join(found.unique().sort().to_list())})"

    def _period(self, index: int, period: Period, before: _Step | None) -> tuple[FlowPeriod, _Step]:
        started = self._started(index, period, before)
        asked = self._completed_condition(index, period, started)
        completed = self._completed(index, asked, started)
        not_completed = _Step(
            NOT_COMPLETED,
            started.members & ~completed.members,
            "ADSL",
            every(started.condition, negated(asked)),
        )
        extra = [self._milestone(milestone, started) for milestone in period.milestones]
        address = f"{ADDRESS}/periods/{index}"
        steps = [started, *extra, completed, not_completed]
        milestones = tuple(
            FlowMilestone(
                type=step.title,
                comment=step.comment,
                achievements=self._stats(f"{address}/milestones/{k}/achievements", step),
            )
            for k, step in enumerate(steps)
        )
        withdraws = tuple(
            DropWithdraw(
                type=step.title,
                reasons=self._stats(f"{address}/dropWithdraws/{k}/reasons", step),
            )
            for k, step in enumerate(self._reasons(index, period, not_completed))
        )
        built = FlowPeriod(
            title=period.title, milestones=milestones, drop_withdraws=withdraws or None
        )
        return built, completed

    def _started(self, index: int, period: Period, before: _Step | None) -> _Step:
        everyone = self.cohort.members(self.population)
        if period.started is not None:
            members = self.cohort.reached("ADSL", period.started) & everyone
            if before is not None:
                self._report_late(index, int((members & ~before.members).sum()))
            return _Step(STARTED, members, "ADSL", period.started)
        if before is None:
            where = self.cohort.population(self.population).where
            return _Step(STARTED, everyone, "ADSL", where)
        return _Step(STARTED, before.members, "ADSL", before.condition)

    def _milestone(self, milestone: Milestone, started: _Step) -> _Step:
        dataset = milestone.dataset.upper()
        return _Step(
            milestone.title,
            self.cohort.reached(dataset, milestone.where) & started.members,
            dataset,
            every(started.condition, milestone.where) if dataset == "ADSL" else milestone.where,
            milestone.comment,
        )

    def _report_late(self, index: int, number: int) -> None:
        if number:
            self.findings.note(
                f"participant_flow.periods[{index}]",
                f"{number} participants started without having completed the period before",
                "say in the pre-assignment details how they entered",
            )

    def _completed_condition(self, index: int, period: Period, started: _Step) -> str:
        part = f"participant_flow.periods[{index}]"
        last = index == len(self.flow.periods) - 1
        condition = period.completed or (self._completed_by_default(started) if last else None)
        if condition is not None:
            return condition
        self.findings.problem(
            part,
            f"ADSL has none of {', '.join(STATUS_VARIABLES)} to tell who completed"
            if last
            else "who completed a period before the last one is not said",
            "say `completed: CONDITION`",
        )
        return "USUBJID is missing"

    def _completed(self, index: int, condition: str, started: _Step) -> _Step:
        part = f"participant_flow.periods[{index}]"
        completed = self.cohort.reached("ADSL", condition)
        outside = int((completed & ~started.members & self.cohort.members(self.population)).sum())
        if outside:
            self.findings.note(
                part,
                f"{outside} participants meet the condition of completion and did not start",
                "they are not counted",
            )
        return _Step(
            COMPLETED, completed & started.members, "ADSL", every(started.condition, condition)
        )

    def _completed_by_default(self, started: _Step) -> str | None:
        columns = self.cohort.participants.columns
        if "EOSSTT" in columns:
            return self._completed_by_status(started)
        if "DCSREAS" in columns:
            values = self._spelled("DCSREAS", COMPLETED)
            return "DCSREAS is missing" + (f" or {among('DCSREAS', values)}" if values else "")
        if "DCDECOD" in columns:
            return among("DCDECOD", self._spelled("DCDECOD", COMPLETED) or [COMPLETED])
        return None

    def _completed_by_status(self, started: _Step) -> str:
        statuses = self.cohort.participants.filter(pl.Series(started.members))["EOSSTT"]
        capitals = statuses.cast(pl.String).str.to_uppercase()
        for number, what in (
            (int((capitals == "ONGOING").sum()), "are ONGOING (EOSSTT)"),
            (statuses.null_count(), "have no EOSSTT"),
        ):
            if number:
                self.findings.problem(
                    "participant_flow",
                    f"{number} participants who started {what}: neither completed nor not",
                    "say `completed: CONDITION` for the data at hand",
                )
        return among("EOSSTT", self._spelled("EOSSTT", COMPLETED) or [COMPLETED])

    def _spelled(self, variable: str, meant: str) -> list[str]:
        """List the values of a variable that are a word, in whatever case they are collected."""
        values = self.cohort.participants[variable].cast(pl.String).drop_nulls().unique()
        return sorted(value for value in values if value.strip().upper() == meant)

    def _reasons(self, index: int, period: Period, step: _Step) -> Sequence[_Step]:
        """Split those who did not complete by reason, in the order of the registry's list."""
        if not step.members.any():
            return []
        variable = self._reason_variable(index, period)
        if variable is None:
            return []
        collected = self.cohort.participants.filter(pl.Series(step.members)).select(
            INDEX, pl.col(variable).cast(pl.String).fill_null("")
        )
        own = {_key(collected): reason for collected, reason in period.reasons.items()}
        found: dict[str, tuple[list[str], list[int]]] = {}
        for value, group in collected.group_by(variable, maintain_order=True):
            text = str(value[0])
            reason = own.get(_key(text)) or (registry_reason(text) if text else _NO_REASON)
            if reason.upper() == COMPLETED:
                self.findings.problem(
                    f"participant_flow.periods[{index}]",
                    f"{group.height} participants who did not complete have the {variable} {text!r}",
                    f"the condition of completion and {variable} contradict each other: mend one, "
                    "or map the value in `reasons:`",
                )
            values, members = found.setdefault(reason, ([], []))
            values.append(text)
            members.extend(group[INDEX].to_list())
        if _NO_REASON in found:
            self.findings.note(
                f"participant_flow.periods[{index}]",
                f"{len(found[_NO_REASON][1])} participants who did not complete have no {variable}",
                f"posted as {_NO_REASON!r}",
            )
        return [self._reason(title, variable, *found[title], step) for title in _in_order(found)]

    def _reason(
        self, title: str, variable: str, values: list[str], members: list[int], step: _Step
    ) -> _Step:
        mask = np.zeros_like(step.members)
        mask[members] = True
        named = sorted(value for value in values if value)
        either = [among(variable, named)] if named else []
        if "" in values:
            either.append(f"{variable} is missing")
        return _Step(title, mask, "ADSL", every(step.condition, " or ".join(either)))

    def _reason_variable(self, index: int, period: Period) -> str | None:
        if period.reason is not None:
            return period.reason.upper()
        for name in REASON_VARIABLES:
            if name in self.cohort.participants.columns:
                return name
        self.findings.problem(
            f"participant_flow.periods[{index}]",
            f"ADSL has none of {', '.join(REASON_VARIABLES)} for the reason not completed",
            "say `reason: VARIABLE`",
        )
        return None

    def _stats(self, address: str, step: _Step) -> tuple[FlowStats, ...]:
        stats = []
        rows = self.cohort.rows(step.dataset, step.condition)
        for index, column in enumerate(self.columns):
            members = column.members & step.members
            basis = self._basis(column, rows, members)
            stats.append(
                FlowStats(
                    group_id=self.ids[column.key],
                    num_subjects=self.ledger.count(
                        f"{address}/{index}/numSubjects",
                        "participants",
                        basis,
                        int(members.sum()),
                        method="count of participants",
                    ),
                    num_units=self._count_units(f"{address}/{index}/numUnits", basis, members),
                )
            )
        return tuple(stats)

    def _count_units(self, address: str, basis: Basis, members: Mask) -> str | None:
        if self.units is None or self.flow.units is None:
            return None
        return self.ledger.count(
            address,
            "units",
            basis,
            int(self.units[members].sum()),
            method=f"sum of {self.flow.units.variable.upper()}",
        )

    def _basis(self, column: Column, rows: Rows, members: Mask) -> Basis:
        return Basis(
            group=column.key,
            dataset=rows.dataset,
            condition=rows.condition,
            population=self.population,
            rows=rows.within(members).height,
            participants=int(members.sum()),
        )


def started_members(cohort: Cohort) -> dict[str, Mask]:
    """Tell who started the first period, by group key."""
    flow = cohort.specification.participant_flow
    columns = cohort.columns(cohort.population_name(flow.population), flow.groups)
    asked = flow.periods[0].started
    if asked is None:
        return {column.key: column.members for column in columns}
    started = cohort.reached("ADSL", asked)
    return {column.key: column.members & started for column in columns}


def report_others(
    cohort: Cohort, columns: Sequence[Column], findings: Findings, part: str, population: str
) -> None:
    """Report members of a table's columns who did not start in that group: equal numbers hide them."""
    started = started_members(cohort)
    others = sum(
        int((column.members & ~started[column.key]).sum())
        for column in columns
        if column.key in started
    )
    if others:
        findings.note(
            part,
            f"{others} participants of {population} did not start in the group they count in",
            "they are counted: say why in the population description",
        )


def _key(collected: str) -> str:
    return " ".join(collected.split()).upper()


def _in_order(found: Mapping[str, object]) -> list[str]:
    listed = [reason for reason in REGISTRY_REASONS if reason in found]
    return listed + sorted(set(found) - set(listed))
