"""A reporting event of the CDISC Analysis Results Standard (ARS), version 1, as JSON.

One analysis for each row of the record and method; one result for each statistic. What becomes
what: the reference page ``analysis-results``.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from topline.analysis.cohort import TOTAL
from topline.analysis.exports.described import DescribedStatistic, described
from topline.analysis.exports.export import Export
from topline.analysis.exports.where_clauses import where_clause
from topline.analysis.statistics import Statistics
from topline.record.addresses import value_at
from topline.record.cells import CellKind, Module
from topline.record.results import OutcomeMeasure
from topline.record.study import Study
from topline.trial.conditions import And, all_of, parse_condition

Json = dict[str, Any]

TREATMENT = "GF_GROUP"
"""Id of the grouping by the record's groups."""

_PURPOSES = {
    "PRIMARY": {"controlledTerm": "PRIMARY OUTCOME MEASURE"},
    "SECONDARY": {"controlledTerm": "SECONDARY OUTCOME MEASURE"},
    "OTHER_PRE_SPECIFIED": {"controlledTerm": "EXPLORATORY OUTCOME MEASURE"},
    "POST_HOC": {"controlledTerm": "EXPLORATORY OUTCOME MEASURE"},
}
_REASONS = {
    "PRIMARY": {"controlledTerm": "SPECIFIED IN PROTOCOL"},
    "SECONDARY": {"controlledTerm": "SPECIFIED IN PROTOCOL"},
    "OTHER_PRE_SPECIFIED": {"controlledTerm": "SPECIFIED IN SAP"},
    "POST_HOC": {"controlledTerm": "DATA DRIVEN"},
}
_SPONSOR_PURPOSES = {
    Module.PARTICIPANT_FLOW: "ST_PURPOSE_1",
    Module.BASELINE_CHARACTERISTICS: "ST_PURPOSE_2",
    Module.ADVERSE_EVENTS: "ST_PURPOSE_3",
}
_SPONSOR_REASON = "ST_REASON_1"
_SPONSOR_FILE = "ST_FILE_1"
_EXTENSIONS: list[Json] = [
    {
        "id": "TE_PURPOSE",
        "enumeration": "AnalysisPurposeEnum",
        "sponsorTerms": [
            {
                "id": id,
                "submissionValue": module.value.upper(),
                "description": f"The {module.value} of a registry's results record.",
            }
            for module, id in _SPONSOR_PURPOSES.items()
        ],
    },
    {
        "id": "TE_REASON",
        "enumeration": "AnalysisReasonEnum",
        "sponsorTerms": [
            {
                "id": _SPONSOR_REASON,
                "submissionValue": "REQUIRED BY REGISTRY",
                "description": "Part of every results record of the registry.",
            }
        ],
    },
    {
        "id": "TE_FILE",
        "enumeration": "OutputFileTypeEnum",
        "sponsorTerms": [
            {"id": _SPONSOR_FILE, "submissionValue": "html", "description": "A web page."}
        ],
    },
]


def reporting_event(study: Study, statistics: Statistics) -> Json:
    """Return the statistics of a build as a reporting event.

    Parameters
    ----------
    study
        The record that the build yielded.
    statistics
        Its statistics.

    Returns
    -------
    dict
        The JSON object; every statistic is one result.

    Raises
    ------
    DataError
        If record and statistics are not of one build.

    Examples
    --------
    >>> event = reporting_event(Study(), Statistics())
    >>> event["id"], event["analyses"], event["mainListOfContents"]["contentsList"]
    ('RE_1', [], {'listItems': []})
    """
    return _Event(study, described(study, statistics)).made()


@dataclass
class _Numbered:
    """Ids in the order in which things are first met."""

    prefix: str
    ids: dict[Hashable, str] = field(default_factory=dict)

    def __call__(self, thing: Hashable) -> str:
        return self.ids.setdefault(thing, f"{self.prefix}_{len(self.ids) + 1}")


class _Event:
    """Collects the parts of a reporting event that analyses refer to."""

    def __init__(self, study: Study, rows: Sequence[DescribedStatistic]) -> None:
        self.study = study
        self.rows = rows
        self.sets = _Numbered("AS")
        self.subsets = _Numbered("DS")
        self.methods = _Numbered("MT")
        self.groups = _Numbered("GR")
        self.factors = _Numbered("GF")
        self.outputs = _Numbered("OUT")
        self.operations: dict[str, dict[str, list[DescribedStatistic]]] = defaultdict(dict)
        self.set_conditions = _population_conditions(rows)

    def made(self) -> Json:
        for group in _group_titles(self.rows):
            self.groups(group)
        analyses = [self._analysis(place, rows) for place, rows in enumerate(self._parts(), 1)]
        title = self.study.identification.brief_title
        nct_id = self.study.identification.nct_id
        return {
            "id": f"RE_{nct_id or 1}",
            "version": 1,
            "name": title or "Results record",
            "description": "The numbers of a registry's results record, as topline built them.",
            "mainListOfContents": self._contents(analyses),
            "terminologyExtensions": _EXTENSIONS,
            "analysisSets": list(self._sets()),
            "analysisGroupings": list(self._groupings()),
            "dataSubsets": list(self._subsets()),
            "methods": list(self._methods()),
            "analyses": [analysis for analysis, _ in analyses],
            "outputs": list(self._outputs()),
        }

    def _parts(self) -> Iterator[list[DescribedStatistic]]:
        """Divide the statistics into analyses: of one row, dataset, condition and method each."""
        found: dict[Hashable, list[DescribedStatistic]] = {}
        for one in self.rows:
            row = one.row
            condition = "" if _by_term(one) else row.condition
            key = (one.part, one.measure, row.dataset, row.population, condition, row.method)
            found.setdefault(key, []).append(one)
        yield from found.values()

    def _analysis(self, place: int, rows: list[DescribedStatistic]) -> tuple[Json, Module]:
        first = rows[0]
        row = first.row
        method = self.methods(row.method)
        words = [first.measure, *(() if _by_term(first) else (first.section, first.level))]
        analysis: Json = {
            "id": f"AN_{place}",
            "version": 1,
            "name": ": ".join(word for word in (*words, row.method) if word),
            "description": _description(first),
            "reason": self._reason(first),
            "purpose": self._purpose(first),
            "dataset": row.dataset,
            "variable": first.variable,
            "analysisSetId": self.sets(row.population),
        }
        condition = _common_condition(rows) if _by_term(first) else row.condition
        if condition not in ("", "true", self.set_conditions.get(row.population)):
            analysis["dataSubsetId"] = self.subsets((row.dataset, condition))
        groupings = list(self._ordered(first))
        if groupings:
            analysis["orderedGroupings"] = groupings
        analysis["methodId"] = method
        analysis["results"] = [self._result(method, one) for one in rows]
        return analysis, first.cell.module

    def _reason(self, one: DescribedStatistic) -> Json:
        return _REASONS.get(self._outcome_type(one), {"sponsorTermId": _SPONSOR_REASON})

    def _purpose(self, one: DescribedStatistic) -> Json:
        of_module = {"sponsorTermId": _SPONSOR_PURPOSES.get(one.cell.module, "")}
        return _PURPOSES.get(self._outcome_type(one), of_module)

    def _outcome_type(self, one: DescribedStatistic) -> str:
        if one.cell.module is not Module.OUTCOME_MEASURES:
            return ""
        measure = value_at(self.study, "/".join(one.part.split("/")[:5]))
        found = measure.type if isinstance(measure, OutcomeMeasure) else None
        return found if found in _PURPOSES else "POST_HOC"

    def _ordered(self, one: DescribedStatistic) -> Iterator[Json]:
        order = 0
        if one.cell.group_titles:
            order += 1
            single = len(one.cell.group_titles) == 1
            yield {"order": order, "groupingId": TREATMENT, "resultsByGroup": single}
        for name in (one.section_variable, one.variable) if _by_term(one) else ():
            order += 1
            yield {"order": order, "groupingId": self.factors(name), "resultsByGroup": True}

    def _result(self, method: str, one: DescribedStatistic) -> Json:
        operations = self.operations[method]
        operations.setdefault(one.called.name, []).append(one)
        place = list(operations).index(one.called.name) + 1
        result: Json = {"operationId": f"{method}_{place}"}
        groups = list(self._result_groups(one))
        if groups:
            result["resultGroups"] = groups
        if one.row.raw is not None:
            result["rawValue"] = _raw(one)
        result["formattedValue"] = one.row.posted
        return result

    def _result_groups(self, one: DescribedStatistic) -> Iterator[Json]:
        titles = one.cell.group_titles
        if len(titles) == 1:
            yield {"groupingId": TREATMENT, "groupId": self.groups(titles[0] or "")}
        elif titles:
            # As in the examples of the standard, a comparison is of the grouping as a whole.
            yield {"groupingId": TREATMENT}
        if _by_term(one):
            # As the data spell it, which the record may not.
            section, term = one.section_value or one.section, one.level_value or one.level
            for name, value in ((one.section_variable, section), (one.variable, term)):
                yield {"groupingId": self.factors(name), "groupValue": value}

    def _sets(self) -> Iterator[Json]:
        for place, (population, id) in enumerate(self.sets.ids.items(), 1):
            made: Json = {"id": id, "name": population, "level": 1, "order": place}
            condition = self.set_conditions.get(str(population))
            clause = where_clause("ADSL", condition) if condition else None
            yield {**made, **_asked(clause)}

    def _subsets(self) -> Iterator[Json]:
        for place, (key, id) in enumerate(self.subsets.ids.items(), 1):
            assert isinstance(key, tuple)  # as entered
            dataset, condition = key
            made: Json = {"id": id, "name": f"{dataset}: {condition}", "level": 1, "order": place}
            yield {**made, **_asked(where_clause(dataset, condition))}

    def _groupings(self) -> Iterator[Json]:
        if self.groups.ids:
            groups = [
                self._group(place, str(title), id)
                for place, (title, id) in enumerate(self.groups.ids.items(), 1)
            ]
            yield {
                "id": TREATMENT,
                "name": "Group of the results record",
                "dataDriven": False,
                "groups": groups,
            }
        datasets = {
            name: one.row.dataset
            for one in self.rows
            if _by_term(one) and one.cell.kind is not CellKind.AT_RISK
            for name in (one.section_variable, one.variable)
        }
        for name, id in self.factors.ids.items():
            yield {
                "id": id,
                "name": name,
                "dataDriven": True,
                "groupingDataset": datasets[str(name)],
                "groupingVariable": name,
            }

    def _group(self, place: int, title: str, id: str) -> Json:
        made: Json = {"id": id, "name": title, "level": 1, "order": place}
        others = [own for name, own in self.groups.ids.items() if name != TOTAL]
        if title == TOTAL and len(others) > 1:
            made["compoundExpression"] = {"logicalOperator": "OR", "whereClauses": others}
        return made

    def _methods(self) -> Iterator[Json]:
        for name, id in self.methods.ids.items():
            operations = []
            for place, rows in enumerate(self.operations[id].values(), 1):
                operation: Json = {
                    "id": f"{id}_{place}",
                    "name": rows[0].called.words,
                    "label": rows[0].called.label,
                    "order": place,
                }
                patterns = {_pattern(one) for one in rows} - {""}
                if len(patterns) == 1:
                    operation["resultPattern"] = patterns.pop()
                operations.append(operation)
            yield {"id": id, "name": name, "operations": operations}

    def _contents(self, analyses: Sequence[tuple[Json, Module]]) -> Json:
        """List the analyses by module, each module with the output that shows it."""
        by_module: dict[Module, list[Json]] = {}
        for analysis, module in analyses:
            by_module.setdefault(module, []).append(analysis)
        items = [
            {
                "name": module.value.capitalize(),
                "level": 1,
                "order": place,
                "outputId": self.outputs(module),
                "sublist": {
                    "listItems": [
                        {
                            "name": analysis["name"],
                            "level": 2,
                            "order": order,
                            "analysisId": analysis["id"],
                        }
                        for order, analysis in enumerate(listed, 1)
                    ]
                },
            }
            for place, (module, listed) in enumerate(by_module.items(), 1)
        ]
        return {"name": "Analyses by module", "contentsList": {"listItems": items}}

    def _outputs(self) -> Iterator[Json]:
        for module, id in self.outputs.ids.items():
            assert isinstance(module, Module)  # as entered
            title = module.value.capitalize()
            yield {
                "id": id,
                "version": 1,
                "name": title,
                "fileSpecifications": [
                    {
                        "name": "page.html",
                        "fileType": {"sponsorTermId": _SPONSOR_FILE},
                        "location": f"page.html#{module.value.replace(' ', '-')}",
                    },
                    {
                        "name": "page.txt",
                        "fileType": {"controlledTerm": "txt"},
                        "location": "page.txt",
                    },
                ],
                "displays": [
                    {
                        "order": 1,
                        "display": {"id": f"{id}_DISPLAY", "name": title, "displayTitle": title},
                    }
                ],
            }


def _by_term(one: DescribedStatistic) -> bool:
    """Whether results are by organ system and term, which the data give."""
    return one.is_event and bool(one.section_variable)


def _description(one: DescribedStatistic) -> str:
    titles = [title for title in one.cell.group_titles if title]
    compared = f" Groups compared: {', '.join(titles)}." if len(titles) > 1 else ""
    return f"In the results record at {one.part}.{compared}"


def _common_condition(rows: Sequence[DescribedStatistic]) -> str:
    """Give what the conditions of all terms have in common: all but organ system and term."""
    condition = rows[0].row.condition
    if rows[0].cell.kind is CellKind.AT_RISK:
        return condition
    parsed = parse_condition(condition)
    assert isinstance(parsed, And)  # organ system and term are the last two of its terms
    return str(all_of(parsed.terms[:-2]))


def _population_conditions(rows: Sequence[DescribedStatistic]) -> Mapping[str, str]:
    """Give each population its condition: that of the numbers that count all of it in ADSL."""
    found: dict[str, str] = {}
    for one in rows:
        row = one.row
        counts_all = (
            row.method.endswith("of the population") or row.method == "participants at risk"
        )
        if row.dataset == "ADSL" and (counts_all or one.part.startswith(_BASELINE_DENOMINATORS)):
            found.setdefault(row.population, row.condition)
    return found


_BASELINE_DENOMINATORS = "/resultsSection/baselineCharacteristicsModule/denoms/"


def _group_titles(rows: Sequence[DescribedStatistic]) -> Iterator[str]:
    for one in rows:
        yield from (title or "" for title in one.cell.group_titles)


def _asked(clause: Json | None) -> Json:
    names = ("condition", "compoundExpression")
    return {name: clause[name] for name in names if name in clause} if clause else {}


def _raw(one: DescribedStatistic) -> str:
    """Write a raw value so that it reads back as the same number; a count without a point."""
    raw = one.row.raw
    assert raw is not None  # the caller has seen to it
    return str(int(raw)) if one.cell.exact and raw.is_integer() else repr(raw)


def _pattern(one: DescribedStatistic) -> str:
    """Give the pattern of a posted number: XX.X for one decimal; nothing for NA and bounds."""
    text = one.row.posted.lstrip("-")
    if not text.replace(".", "", 1).isdecimal():
        return ""
    decimals = len(text.partition(".")[2])
    return f"XX.{'X' * decimals}" if decimals else "XX"


def _json(study: Study, statistics: Statistics) -> bytes:
    encoded = msgspec.json.encode(reporting_event(study, statistics))
    return msgspec.json.format(encoded, indent=2) + b"\n"


EXPORT = Export(
    name="ars",
    title="reporting event of the CDISC Analysis Results Standard, version 1",
    writers={".json": _json},
)
