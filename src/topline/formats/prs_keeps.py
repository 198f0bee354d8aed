"""What of a record the registry's upload holds, as addresses, and what it does not, in words."""

_FLOW = "/resultsSection/participantFlowModule"
_BASELINE = "/resultsSection/baselineCharacteristicsModule"
_OUTCOME = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/*"
_EVENTS = "/resultsSection/adverseEventsModule"
_MORE = "/resultsSection/moreInfoModule"


def _fields(part: str, names: str) -> tuple[str, ...]:
    return tuple(f"{part}/{name}" for name in names.split())


def _denominators(part: str) -> tuple[str, ...]:
    return (f"{part}/denoms/*/units", *_fields(f"{part}/denoms/*/counts/*", "groupId value"))


def _measure(measure: str) -> tuple[str, ...]:
    category = f"{measure}/classes/*/categories/*"
    return (
        *_fields(
            measure,
            "title description populationDescription paramType dispersionType unitOfMeasure "
            "calculatePct denomUnitsSelected classes/*/title",
        ),
        *_denominators(f"{measure}/classes/*"),
        f"{category}/title",
        *_fields(
            f"{category}/measurements/*", "groupId value spread lowerLimit upperLimit comment"
        ),
    )


KEEPS: tuple[str, ...] = (
    "/protocolSection/identificationModule/orgStudyIdInfo/id",
    *_fields(_FLOW, "preAssignmentDetails recruitmentDetails typeUnitsAnalyzed"),
    *_fields(f"{_FLOW}/groups/*", "id title description"),
    f"{_FLOW}/periods/*/title",
    *_fields(f"{_FLOW}/periods/*/milestones/*", "type comment"),
    *_fields(
        f"{_FLOW}/periods/*/milestones/*/achievements/*", "groupId comment numSubjects numUnits"
    ),
    f"{_FLOW}/periods/*/dropWithdraws/*/type",
    *_fields(f"{_FLOW}/periods/*/dropWithdraws/*/reasons/*", "groupId numSubjects"),
    *_fields(_BASELINE, "populationDescription typeUnitsAnalyzed"),
    *_fields(f"{_BASELINE}/groups/*", "id title description"),
    *_denominators(_BASELINE),
    *_measure(f"{_BASELINE}/measures/*"),
    *_fields(_OUTCOME, "type timeFrame reportingStatus anticipatedPostingDate typeUnitsAnalyzed"),
    *_fields(f"{_OUTCOME}/groups/*", "id title description"),
    *_denominators(_OUTCOME),
    *_measure(_OUTCOME),
    *_fields(
        f"{_OUTCOME}/analyses/*",
        "paramType paramValue dispersionType dispersionValue statisticalMethod statisticalComment "
        "pValue pValueComment ciNumSides ciPctValue ciLowerLimit ciUpperLimit ciUpperLimitComment "
        "estimateComment nonInferiorityType nonInferiorityComment otherAnalysisDescription "
        "groupDescription groupIds/*",
    ),
    *_fields(_EVENTS, "frequencyThreshold timeFrame description allCauseMortalityComment"),
    *_fields(
        f"{_EVENTS}/eventGroups/*",
        "id title description deathsNumAffected deathsNumAtRisk seriousNumAffected "
        "seriousNumAtRisk otherNumAffected otherNumAtRisk",
    ),
    *(
        address
        for table in ("seriousEvents", "otherEvents")
        for address in _fields(
            f"{_EVENTS}/{table}/*",
            "term organSystem sourceVocabulary assessmentType notes stats/*/groupId "
            "stats/*/numEvents stats/*/numAffected stats/*/numAtRisk",
        )
    ),
    f"{_MORE}/limitationsAndCaveats/description",
    *_fields(
        f"{_MORE}/certainAgreement",
        "piSponsorEmployee restrictionType restrictiveAgreement otherDetails",
    ),
    *_fields(f"{_MORE}/pointOfContact", "title organization email phone phoneExt"),
)
"""The leaves that a written document holds, and that reading it gives back as they were."""

LOSES = (
    "The registration, but for the organization's own number of the study (a document that was read "
    "from this format keeps its registration as it stands); the comment on a lower confidence limit; "
    "comments and units of reasons not completed; denominators of single baseline measures; the flag "
    "testedNonInferiority, which the type of test replaced in 2017; documents, annotations and derived "
    "terms. NOT COMPLETED is computed from STARTED and COMPLETED, and whether an outcome measure is "
    "posted from its rows. An empty text comes back as an absent one. What a single record has beyond "
    "that, such as a third kind of units, is listed when it is converted."
)
