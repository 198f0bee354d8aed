"""What of a record a page holds, as addresses, and what it does not, in words."""

_FLOW = "/resultsSection/participantFlowModule"
_BASELINE = "/resultsSection/baselineCharacteristicsModule"
_OUTCOME = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/*"
_EVENTS = "/resultsSection/adverseEventsModule"
_MORE = "/resultsSection/moreInfoModule"


def _group_addresses(part: str) -> tuple[str, ...]:
    return tuple(f"{part}/{name}" for name in ("id", "title", "description"))


def _denominator_addresses(part: str) -> tuple[str, ...]:
    return (
        f"{part}/denoms/*/units",
        f"{part}/denoms/*/counts/*/groupId",
        f"{part}/denoms/*/counts/*/value",
    )


def _measure_addresses(measure: str) -> tuple[str, ...]:
    category = f"{measure}/classes/*/categories/*"
    names = ("groupId", "value", "spread", "lowerLimit", "upperLimit", "comment")
    return (
        f"{measure}/title",
        f"{measure}/unitOfMeasure",
        f"{measure}/dispersionType",
        f"{measure}/classes/*/title",
        *_denominator_addresses(f"{measure}/classes/*"),
        f"{category}/title",
        *(f"{category}/measurements/*/{name}" for name in names),
    )


KEEPS: tuple[str, ...] = (
    "/protocolSection/identificationModule/nctId",
    "/protocolSection/identificationModule/briefTitle",
    "/protocolSection/statusModule/overallStatus",
    "/protocolSection/statusModule/lastUpdatePostDateStruct/date",
    "/protocolSection/designModule/phases/*",
    "/protocolSection/designModule/enrollmentInfo/count",
    f"{_FLOW}/preAssignmentDetails",
    f"{_FLOW}/recruitmentDetails",
    f"{_FLOW}/typeUnitsAnalyzed",
    *_group_addresses(f"{_FLOW}/groups/*"),
    f"{_FLOW}/periods/*/title",
    *(
        f"{_FLOW}/periods/*/{row}"
        for listed, counted in (("milestones", "achievements"), ("dropWithdraws", "reasons"))
        for row in (
            f"{listed}/*/type",
            f"{listed}/*/comment",
            f"{listed}/*/{counted}/*/groupId",
            f"{listed}/*/{counted}/*/comment",
            f"{listed}/*/{counted}/*/numSubjects",
            f"{listed}/*/{counted}/*/numUnits",
        )
    ),
    f"{_BASELINE}/populationDescription",
    f"{_BASELINE}/typeUnitsAnalyzed",
    *_group_addresses(f"{_BASELINE}/groups/*"),
    *_denominator_addresses(_BASELINE),
    *_measure_addresses(f"{_BASELINE}/measures/*"),
    *(
        f"{_OUTCOME}/{name}"
        for name in (
            "type",
            "description",
            "populationDescription",
            "reportingStatus",
            "anticipatedPostingDate",
            "timeFrame",
            "typeUnitsAnalyzed",
        )
    ),
    *_group_addresses(f"{_OUTCOME}/groups/*"),
    *_denominator_addresses(_OUTCOME),
    *_measure_addresses(_OUTCOME),
    *(
        f"{_EVENTS}/{name}"
        for name in ("frequencyThreshold", "timeFrame", "description", "allCauseMortalityComment")
    ),
    *_group_addresses(f"{_EVENTS}/eventGroups/*"),
    *(
        f"{_EVENTS}/eventGroups/*/{kind}Num{number}"
        for kind in ("deaths", "serious", "other")
        for number in ("Affected", "AtRisk")
    ),
    *(
        f"{_EVENTS}/{table}/*/{name}"
        for table in ("seriousEvents", "otherEvents")
        for name in (
            "term",
            "organSystem",
            "stats/*/groupId",
            "stats/*/numEvents",
            "stats/*/numAffected",
            "stats/*/numAtRisk",
        )
    ),
    f"{_MORE}/limitationsAndCaveats/description",
    *(
        f"{_MORE}/certainAgreement/{name}"
        for name in ("piSponsorEmployee", "restrictionType", "restrictiveAgreement", "otherDetails")
    ),
    *(
        f"{_MORE}/pointOfContact/{name}"
        for name in ("title", "organization", "email", "phone", "phoneExt")
    ),
)
"""The leaves that a written page holds, and that reading it gives back as they were."""

LOSES = (
    "The registration, but for number, title, status, phases, enrollment and date of the last "
    "update; statistical analyses; the type of parameter (mean, median, number), which the site "
    "does not print and which is read only as a count of participants where the unit is "
    "participants; descriptions and analysis populations of single baseline measures; the unit "
    "chosen for denominators and whether percentages are calculated; of adverse events the "
    "vocabulary, the assessment type and notes; documents, annotations and derived terms. An empty "
    "text comes back as an absent one."
)
