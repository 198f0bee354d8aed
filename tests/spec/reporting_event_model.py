"""What version 1 of the CDISC Analysis Results Standard asks of a reporting event, as facts to test.

Source: the logical model and its JSON schema in github.com/cdisc-org/analysis-results-standard
(``project/jsonschema/ars_ldm.schema.json`` at 3cd01c7, and the published version 1 example
``workfiles/examples/ARS v1/Common Safety Displays.json`` at b734711, in which sets, subsets,
groupings and groups have names). Only classes that topline writes are listed.
"""

from collections.abc import Iterator
from typing import Any

# Class -> (required, optional); a value in ``PARTS`` says of which class a property is.
CLASSES: dict[str, tuple[str, str]] = {
    "ReportingEvent": (
        "id name mainListOfContents",
        "version description label otherListsOfContents referenceDocuments terminologyExtensions "
        "analysisOutputCategorizations analysisSets dataSubsets analysisGroupings methods analyses "
        "globalDisplaySections outputs",
    ),
    "ListOfContents": ("name contentsList", "description label"),
    "NestedList": ("listItems", ""),
    "OrderedListItem": (
        "name level order",
        "description label analysisId outputId sublist",
    ),
    "TerminologyExtension": ("id sponsorTerms enumeration", ""),
    "SponsorTerm": ("id submissionValue", "description"),
    "AnalysisSet": ("id name level order", "label description condition compoundExpression"),
    "DataSubset": ("id name level order", "label description condition compoundExpression"),
    "GroupingFactor": (
        "id name dataDriven",
        "label description groupingDataset groupingVariable groups",
    ),
    "Group": ("id name level order", "label description condition compoundExpression"),
    "WhereClause": ("level order", "condition compoundExpression"),
    "WhereClauseCondition": ("dataset variable comparator value", ""),
    "CompoundExpression": ("logicalOperator whereClauses", ""),
    "AnalysisMethod": ("id name operations", "label description documentRefs codeTemplate"),
    "Operation": (
        "id name order",
        "label description resultPattern referencedOperationRelationships",
    ),
    "Analysis": (
        "id name reason purpose methodId",
        "version description label documentRefs categoryIds dataset variable analysisSetId "
        "dataSubsetId orderedGroupings referencedAnalysisOperations programmingCode results",
    ),
    "OrderedGroupingFactor": ("order groupingId resultsByGroup", ""),
    "OperationResult": ("operationId", "resultGroups rawValue formattedValue"),
    "ResultGroup": ("groupingId", "groupId groupValue"),
    "Output": (
        "id name displays",
        "version description label categoryIds documentRefs fileSpecifications programmingCode",
    ),
    "OrderedDisplay": ("order display", ""),
    "OutputDisplay": (
        "id name",
        "version description label displayTitle displaySections",
    ),
    "OutputFile": ("name", "description label fileType location style"),
    "Term": ("", "controlledTerm sponsorTermId"),
}

PARTS: dict[tuple[str, str], str] = {
    ("ReportingEvent", "mainListOfContents"): "ListOfContents",
    ("ReportingEvent", "terminologyExtensions"): "TerminologyExtension",
    ("ReportingEvent", "analysisSets"): "AnalysisSet",
    ("ReportingEvent", "dataSubsets"): "DataSubset",
    ("ReportingEvent", "analysisGroupings"): "GroupingFactor",
    ("ReportingEvent", "methods"): "AnalysisMethod",
    ("ReportingEvent", "analyses"): "Analysis",
    ("ReportingEvent", "outputs"): "Output",
    ("ListOfContents", "contentsList"): "NestedList",
    ("NestedList", "listItems"): "OrderedListItem",
    ("OrderedListItem", "sublist"): "NestedList",
    ("TerminologyExtension", "sponsorTerms"): "SponsorTerm",
    ("GroupingFactor", "groups"): "Group",
    ("AnalysisMethod", "operations"): "Operation",
    ("Analysis", "reason"): "Term",
    ("Analysis", "purpose"): "Term",
    ("Analysis", "orderedGroupings"): "OrderedGroupingFactor",
    ("Analysis", "results"): "OperationResult",
    ("OperationResult", "resultGroups"): "ResultGroup",
    ("Output", "displays"): "OrderedDisplay",
    ("Output", "fileSpecifications"): "OutputFile",
    ("OrderedDisplay", "display"): "OutputDisplay",
    ("OutputFile", "fileType"): "Term",
    **{
        (owner, "condition"): "WhereClauseCondition"
        for owner in ("AnalysisSet", "DataSubset", "Group", "WhereClause")
    },
    **{
        (owner, "compoundExpression"): "CompoundExpression"
        for owner in ("AnalysisSet", "DataSubset", "Group", "WhereClause")
    },
    ("CompoundExpression", "whereClauses"): "WhereClause",
}

INTEGERS = {"version", "level", "order"}
FLAGS = {"dataDriven", "resultsByGroup"}
TERMS = {
    "reason": {
        "SPECIFIED IN PROTOCOL",
        "SPECIFIED IN SAP",
        "DATA DRIVEN",
        "REQUESTED BY REGULATORY AGENCY",
    },
    "purpose": {
        "PRIMARY OUTCOME MEASURE",
        "SECONDARY OUTCOME MEASURE",
        "EXPLORATORY OUTCOME MEASURE",
    },
    "fileType": {"pdf", "rtf", "txt"},
    "enumeration": {
        "AnalysisReasonEnum",
        "AnalysisPurposeEnum",
        "OperationRoleEnum",
        "OutputFileTypeEnum",
    },
}
SINGLE = {"EQ", "NE", "LT", "LE", "GT", "GE"}
SEVERAL = {"IN", "NOTIN"}


def objects(event: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every object of a reporting event: its class, the property it stands in, itself."""
    yield from _objects("ReportingEvent", "", event)


def _objects(kind: str, name: str, part: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    yield kind, name, part
    for field, value in part.items():
        inner = PARTS.get((kind, field))
        for element in value if isinstance(value, list) else [value]:
            if inner is not None and isinstance(element, dict):
                yield from _objects(inner, field, element)


def mistakes(event: dict[str, Any]) -> list[str]:
    """List what the model does not allow."""
    found = []
    for kind, name, part in objects(event):
        required, optional = (set(words.split()) for words in CLASSES[kind])
        found += [f"{kind} lacks {one}" for one in required - set(part)]
        found += [f"{kind} has {one}" for one in set(part) - required - optional]
        found += [
            f"{kind}.{field} is {value!r}"
            for field, value in part.items()
            if not _is_of_type(kind, field, value)
        ]
        if kind == "Term":
            controlled = part.get("controlledTerm")
            if len(part) != 1 or (controlled is not None and controlled not in TERMS[name]):
                found.append(f"{name} is {part}")
        if kind == "WhereClauseCondition":
            found += _values(part)
        if kind == "CompoundExpression":
            found += _operands(part)
        if {"condition", "compoundExpression"} <= set(part):
            found.append(f"{kind} has both kinds of condition")
    return found


def _is_of_type(kind: str, field: str, value: Any) -> bool:
    if (kind, field) in PARTS:
        return isinstance(value, dict | list)
    if field in INTEGERS:
        return type(value) is int
    if field in FLAGS:
        return type(value) is bool
    if field == "value":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if field == "enumeration":
        return value in TERMS[field]
    return isinstance(value, str) and value != ""


def _values(part: dict[str, Any]) -> list[str]:
    comparator, count = part["comparator"], len(part["value"])
    if (comparator in SINGLE and count == 1) or (comparator in SEVERAL and count >= 2):
        return []
    return [f"{comparator} with {count} values"]


def _operands(part: dict[str, Any]) -> list[str]:
    operator, count = part["logicalOperator"], len(part["whereClauses"])
    if (operator == "NOT" and count == 1) or (operator in ("AND", "OR") and count >= 2):
        return []
    return [f"{operator} of {count} clauses"]
