"""A headless Chromium, pages to look at in it, and the rules of accessibility."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from topline.analysis.curves import SurvivalCurve
from topline.analysis.statistics import Statistic, Statistics
from topline.record import Study
from topline.record.derived import DocumentSection, LargeDoc, LargeDocumentModule
from topline.record.protocol import (
    DesignModule,
    EnrollmentInfo,
    IdentificationModule,
    PartialDateStruct,
    ProtocolSection,
    Sponsor,
    SponsorCollaboratorsModule,
    StatusModule,
)
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    BaselineCharacteristicsModule,
    BaselineMeasure,
    CertainAgreement,
    Denom,
    DenomCount,
    DropWithdraw,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    LimitationsAndCaveats,
    MeasureAnalysis,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    MoreInfoModule,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
    PointOfContact,
    ResultsSection,
)
from topline.render.charts import figures
from topline.render.page import render_page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = "<script>alert('title')</script> & \"quotes\" </svg><img src=x onerror=alert(1)>"
OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
SURVIVAL_VALUE = f"{OUTCOMES}/1/classes/0/categories/0/measurements/0/value"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; its absence skips, or fails where a browser is required."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        reason = "no chromium on the path (Debian: apt-get install chromium)"
        if os.environ.get("CI") or os.environ.get("TOPLINE_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    script = resources.files("axe_playwright_python").joinpath("axe.min.js")
    return script.read_text("utf-8")


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a made-up build: provenance, curves, hostile texts, hundreds of terms."""
    study, curves = made_up_study(), made_up_curves()
    page = render_page(study, made_up_statistics(), drawn=figures(study, curves))
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page, encoding="utf-8")
    return path


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Open a page file; fail at the end on any message of its console or any request."""
    contexts = []
    complaints: list[str] = []

    def open_page(
        path: Path, *, width: int = 1600, scheme: str = "light", anchor: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"alert: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:"))
                else complaints.append(f"request: {request.url}")
            ),
        )
        page.goto(path.as_uri() + (f"#{anchor}" if anchor else ""))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def made_up_study() -> Study:
    """A trial of two groups with every kind of part, and texts that try to break the page."""
    return Study(
        protocol_section=ProtocolSection(
            identification_module=IdentificationModule(
                nct_id="NCT00000000", brief_title=HOSTILE, official_title="A made-up trial"
            ),
            status_module=StatusModule(
                overall_status="COMPLETED", start_date_struct=PartialDateStruct(date="2020-01")
            ),
            sponsor_collaborators_module=SponsorCollaboratorsModule(
                lead_sponsor=Sponsor(name="Example Clinical Trials Unit")
            ),
            design_module=DesignModule(
                study_type="INTERVENTIONAL",
                phases=("PHASE2",),
                enrollment_info=EnrollmentInfo(count=120, type="ACTUAL"),
            ),
        ),
        results_section=ResultsSection(
            participant_flow_module=_flow(),
            baseline_characteristics_module=_baseline(),
            outcome_measures_module=_outcomes(),
            adverse_events_module=_events(),
            more_info_module=MoreInfoModule(
                limitations_and_caveats=LimitationsAndCaveats(description="Made up."),
                certain_agreement=CertainAgreement(pi_sponsor_employee=False),
                point_of_contact=PointOfContact(title="Trials office", email="a@example.org"),
            ),
        ),
        document_section=DocumentSection(
            large_document_module=LargeDocumentModule(
                large_docs=(LargeDoc(label="Study Protocol", date="2019-01-01"),)
            )
        ),
    )


def _pair(prefix: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (
        (f"{prefix}000", "Active, 200 mg every three weeks"),
        (f"{prefix}001", f"Control {HOSTILE}"),
    )


def _flow() -> ParticipantFlowModule:
    def stats(*numbers: str) -> tuple[FlowStats, ...]:
        return tuple(
            FlowStats(group_id=group, num_subjects=number)
            for (group, _), number in zip(_pair("FG"), numbers, strict=True)
        )

    return ParticipantFlowModule(
        groups=tuple(
            FlowGroup(id=group, title=title, description="Given by mouth.")
            for group, title in _pair("FG")
        ),
        periods=(
            FlowPeriod(
                title="Overall Study",
                milestones=(
                    FlowMilestone(type="STARTED", achievements=stats("60", "60")),
                    FlowMilestone(type="COMPLETED", achievements=stats("51", "48")),
                    FlowMilestone(type="NOT COMPLETED", achievements=stats("9", "12")),
                ),
                drop_withdraws=(
                    DropWithdraw(type="Adverse Event", reasons=stats("6", "2")),
                    DropWithdraw(type="Lost to Follow-up", reasons=stats("3", "10")),
                ),
            ),
        ),
    )


def _measure_groups(prefix: str) -> tuple[MeasureGroup, ...]:
    return tuple(MeasureGroup(id=group, title=title) for group, title in _pair(prefix))


def _denoms(prefix: str) -> tuple[Denom, ...]:
    counts = tuple(DenomCount(group_id=group, value="60") for group, _ in _pair(prefix))
    return (Denom(units="Participants", counts=counts),)


def _one_class(*measurements: Measurement) -> tuple[MeasureClass, ...]:
    return (MeasureClass(categories=(MeasureCategory(measurements=measurements),)),)


def _baseline() -> BaselineCharacteristicsModule:
    age = _one_class(
        *(
            Measurement(group_id=group, value=value, spread="9.7")
            for (group, _), value in zip(_pair("BG"), ("67.4", "66.1"), strict=True)
        )
    )
    return BaselineCharacteristicsModule(
        groups=_measure_groups("BG"),
        denoms=_denoms("BG"),
        measures=(
            BaselineMeasure(
                title="Age, Continuous",
                param_type="MEAN",
                dispersion_type="STANDARD_DEVIATION",
                unit_of_measure="years",
                classes=age,
            ),
        ),
    )


def _outcomes() -> OutcomeMeasuresModule:
    response = OutcomeMeasure(
        type="PRIMARY",
        title="Response",
        time_frame="6 months",
        param_type="COUNT_OF_PARTICIPANTS",
        unit_of_measure="Participants",
        groups=_measure_groups("OG"),
        denoms=_denoms("OG"),
        classes=_one_class(
            Measurement(group_id="OG000", value="21"), Measurement(group_id="OG001", value="12")
        ),
        analyses=(
            MeasureAnalysis(
                group_ids=("OG000", "OG001"),
                statistical_method="Fisher Exact",
                p_value="0.07",
                param_type="Odds Ratio (OR)",
                param_value="2.15",
                ci_pct_value="95",
                ci_num_sides="TWO_SIDED",
                ci_lower_limit="0.94",
                ci_upper_limit="4.94",
                non_inferiority_type="SUPERIORITY",
                statistical_comment="Two-sided.",
            ),
        ),
    )
    survival = OutcomeMeasure(
        type="SECONDARY",
        title="Overall Survival",
        time_frame="3 years",
        param_type="MEDIAN",
        dispersion_type="CONFIDENCE_95",
        unit_of_measure="months",
        groups=_measure_groups("OG"),
        denoms=_denoms("OG"),
        classes=_one_class(
            Measurement(group_id="OG000", value="17.1", lower_limit="6.2", upper_limit="37.2"),
            Measurement(
                group_id="OG001",
                value="NA",
                lower_limit="8.0",
                upper_limit="NA",
                comment="Not reached: fewer than half died.",
            ),
        ),
    )
    unposted = OutcomeMeasure(
        type="POST_HOC", title="Quality of life", reporting_status="NOT_POSTED"
    )
    return OutcomeMeasuresModule(outcome_measures=(response, survival, unposted))


def _events() -> AdverseEventsModule:
    generator = random.Random(7)
    systems = ("Cardiac disorders", "Eye disorders", "Gastrointestinal disorders")

    def event(place: int) -> AdverseEvent:
        stats = tuple(
            EventStats(
                group_id=group,
                num_affected=(affected := generator.randint(0, 30)),
                num_at_risk=60,
                num_events=affected * 2,
            )
            for group, _ in _pair("EG")
        )
        return AdverseEvent(
            term=f"Term {place}",
            organ_system=systems[place % 3],
            source_vocabulary="MedDRA 26.0",
            assessment_type="SYSTEMATIC_ASSESSMENT",
            notes="Seen once." if place == 3 else None,
            stats=stats,
        )

    return AdverseEventsModule(
        frequency_threshold="5",
        time_frame="6 months",
        event_groups=tuple(
            EventGroup(
                id=group,
                title=title,
                deaths_num_affected=4,
                deaths_num_at_risk=60,
                serious_num_affected=20,
                serious_num_at_risk=60,
                other_num_affected=50,
                other_num_at_risk=60,
            )
            for group, title in _pair("EG")
        ),
        serious_events=tuple(event(place) for place in range(12)),
        other_events=tuple(event(place) for place in range(12, 52)),
    )


def made_up_statistics() -> Statistics:
    """The provenance of one number, with a condition that tries to leave its script element."""
    return Statistics(
        [
            Statistic(
                address=SURVIVAL_VALUE,
                name="median",
                group="Active",
                dataset="ADTTE",
                condition="PARAMCD == 'OS' and NOTE != '</script><script>alert(2)</script>'",
                population="Intention to treat",
                rows=60,
                participants=60,
                method="Kaplan–Meier, log-log limits",
                raw=17.123456789,
                rounding="1 decimal, half away from zero",
                posted="17.1",
            )
        ]
    )


def made_up_curves() -> tuple[SurvivalCurve, ...]:
    """Two curves of the second outcome measure."""
    return tuple(
        SurvivalCurve(
            address=f"{OUTCOMES}/1",
            group_id=group,
            group_title=title,
            unit="months",
            times=(0.0, 3.0, 9.0, 17.1, 30.0),
            survival=(1.0, 0.9, 0.7, last + 0.1, last),
            lower=(None, 0.8, 0.55, last, None),
            upper=(None, 0.97, 0.82, last + 0.2, None),
            censored=(5.0, 12.0, 36.0),
            at_risk_times=(0.0, 12.0, 24.0, 36.0),
            at_risk=(60, 40, 22, 1),
            level=0.95,
            transform="log-log",
        )
        for (group, title), last in zip(_pair("OG"), (0.35, 0.6), strict=True)
    )
