"""Analysis results as others read them: the CDISC standard and the columns of cards."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.spec.reporting_event_model import mistakes, objects
from tests.spec.three_arm_trial import three_arm_trial

from topline.analysis.build import Build, build_file
from topline.analysis.exports.ard import SCHEMA, analysis_results_data
from topline.analysis.exports.ars import reporting_event
from topline.analysis.exports.export import Export
from topline.analysis.exports.registry import exports
from topline.analysis.exports.where_clauses import where_clause
from topline.analysis.statistics import Statistics
from topline.errors import DataError
from topline.record.addresses import replace_at
from topline.record.cells import cells
from topline.trial.library import Library

HCC = Path(__file__).parents[2] / "examples" / "hcc"


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Build]:
    return {
        "one arm": build_file(HCC / "study.yaml"),
        "three arms": three_arm_trial(tmp_path_factory.mktemp("three")),
    }


@pytest.fixture(params=["one arm", "three arms"])
def built(request: pytest.FixtureRequest, builds: dict[str, Build]) -> Build:
    return builds[request.param]


def written(built: Build) -> dict[str, Any]:
    """The reporting event as it is read from its file."""
    writer = exports()["ars"].writers[".json"]
    event: dict[str, Any] = json.loads(writer(built.study, built.statistics))
    return event


class TestTheReportingEvent:
    def test_it_is_what_the_model_allows(self, built: Build) -> None:
        assert mistakes(written(built)) == []

    def test_no_two_things_have_one_id(self, built: Build) -> None:
        ids = Counter(part["id"] for _, _, part in objects(written(built)) if "id" in part)
        assert [one for one, count in ids.items() if count > 1] == []
        assert len({one.casefold() for one in ids}) == len(ids)

    def test_everything_referred_to_exists_and_is_of_the_right_kind(self, built: Build) -> None:
        event = written(built)
        ids: dict[str, set[str]] = {}
        for kind, _, part in objects(event):
            if "id" in part:
                ids.setdefault(kind, set()).add(part["id"])
        for kind, field, target in (
            ("Analysis", "analysisSetId", "AnalysisSet"),
            ("Analysis", "dataSubsetId", "DataSubset"),
            ("Analysis", "methodId", "AnalysisMethod"),
            ("OrderedGroupingFactor", "groupingId", "GroupingFactor"),
            ("ResultGroup", "groupingId", "GroupingFactor"),
            ("ResultGroup", "groupId", "Group"),
            ("OperationResult", "operationId", "Operation"),
            ("OrderedListItem", "analysisId", "Analysis"),
            ("OrderedListItem", "outputId", "Output"),
            ("Term", "sponsorTermId", "SponsorTerm"),
        ):
            used = {
                part[field] for found, _, part in objects(event) if found == kind and field in part
            }
            assert used <= ids.get(target, set()), (kind, field)
        combined = [
            one
            for factor in event["analysisGroupings"]
            for group in factor.get("groups", ())
            for one in group.get("compoundExpression", {}).get("whereClauses", ())
        ]
        assert set(combined) <= ids["Group"]

    def test_each_analysis_uses_its_own_method_and_groupings(self, built: Build) -> None:
        event = written(built)
        operations = {
            method["id"]: {one["id"] for one in method["operations"]} for method in event["methods"]
        }
        groups = {
            one["id"]: {group["id"] for group in one.get("groups", ())}
            for one in event["analysisGroupings"]
        }
        for analysis in event["analyses"]:
            ordered = [one["groupingId"] for one in analysis.get("orderedGroupings", ())]
            for result in analysis["results"]:
                assert result["operationId"] in operations[analysis["methodId"]]
                of_result = result.get("resultGroups", [])
                assert [one["groupingId"] for one in of_result] == ordered
                assert all(
                    one["groupId"] in groups[one["groupingId"]]
                    for one in of_result
                    if "groupId" in one
                )

    def test_every_analysis_is_listed_once(self, built: Build) -> None:
        event = written(built)
        listed = Counter(
            part["analysisId"]
            for kind, _, part in objects(event)
            if kind == "OrderedListItem" and "analysisId" in part
        )
        assert listed == Counter(analysis["id"] for analysis in event["analyses"])

    def test_no_subset_method_or_set_is_left_unused(self, built: Build) -> None:
        event = written(built)
        for field, listed in (
            ("dataSubsetId", "dataSubsets"),
            ("methodId", "methods"),
            ("analysisSetId", "analysisSets"),
        ):
            used = {analysis[field] for analysis in event["analyses"] if field in analysis}
            assert used == {one["id"] for one in event[listed]}

    def test_every_statistic_is_one_result_with_its_raw_value_and_its_text(
        self, built: Build
    ) -> None:
        found = Counter(
            (part, groups, result.get("rawValue"), result["formattedValue"])
            for part, groups, result in results(written(built))
        )
        groups = {cell.address: cell.group_titles for cell in cells(built.study)}
        expected: Counter[Any] = Counter()
        for row in built.statistics:
            titles = groups[row.address]
            single = titles[0] if len(titles) == 1 else None
            expected[part_of(row.address), single, row.raw, row.posted] += 1
        assert (
            Counter(
                {
                    (part, group, None if raw is None else float(raw), text): count
                    for (part, group, raw, text), count in found.items()
                }
            )
            == expected
        )
        assert found.total() == len(built.statistics)

    def test_no_two_results_of_an_analysis_are_of_one_operation_and_group(
        self, built: Build
    ) -> None:
        for analysis in written(built)["analyses"]:
            keys = [
                (one["operationId"], json.dumps(one.get("resultGroups")))
                for one in analysis["results"]
            ]
            assert len(set(keys)) == len(keys), analysis["name"]

    def test_the_total_column_is_all_groups_together(self, builds: dict[str, Build]) -> None:
        (factor, *_) = written(builds["three arms"])["analysisGroupings"]
        total = next(group for group in factor["groups"] if group["name"] == "Total")
        others = [group["id"] for group in factor["groups"] if group["name"] != "Total"]
        assert total["compoundExpression"] == {"logicalOperator": "OR", "whereClauses": others}
        assert len(others) == 3

    def test_a_comparison_is_of_the_grouping_and_names_its_groups(
        self, builds: dict[str, Build]
    ) -> None:
        event = written(builds["three arms"])
        (compared, *_) = (one for one in event["analyses"] if "Statistical Analysis" in one["name"])
        assert compared["orderedGroupings"][0]["resultsByGroup"] is False
        assert compared["results"][0]["resultGroups"] == [{"groupingId": "GF_GROUP"}]
        assert compared["description"].endswith(
            "/analyses/0. Groups compared: Placebo, Xanthin High Dose."
        )

    def test_a_value_that_is_not_reached_has_no_raw_value(self, builds: dict[str, Build]) -> None:
        event = written(builds["three arms"])
        missing = [
            one for analysis in event["analyses"] for one in analysis["results"]
            if one["formattedValue"] == "NA"
        ]  # fmt: skip
        assert missing
        assert all("rawValue" not in one for one in missing)

    def test_terms_are_spelled_as_in_the_data(self, builds: dict[str, Build]) -> None:
        event = written(builds["three arms"])
        values = {
            group["groupValue"]
            for kind, _, group in objects(event)
            if kind == "ResultGroup" and "groupValue" in group
        }
        assert {"HEADACHE", "NERVOUS SYSTEM DISORDERS"} <= values

    def test_outcomes_have_the_purpose_of_their_type(self, builds: dict[str, Build]) -> None:
        purposes = {
            analysis["name"].split(":")[0]: analysis["purpose"].get("controlledTerm")
            for analysis in written(builds["three arms"])["analyses"]
        }
        assert purposes["Response at Week 16"] == "PRIMARY OUTCOME MEASURE"
        assert purposes["Time to Relapse"] == "SECONDARY OUTCOME MEASURE"
        assert purposes["Serum Concentration of Xanthin"] == "EXPLORATORY OUTCOME MEASURE"
        assert purposes["Overall Study"] is None


def results(event: dict[str, Any]) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Yield each result with the part of the record and the group it is about."""
    titles = {
        group["id"]: group["name"]
        for factor in event["analysisGroupings"]
        for group in factor.get("groups", ())
    }
    for analysis in event["analyses"]:
        part = re.search(r"at (/\S+?)\.( |$)", analysis["description"])
        assert part is not None
        for result in analysis["results"]:
            group = next(
                (
                    titles[one["groupId"]]
                    for one in result.get("resultGroups", ())
                    if "groupId" in one
                ),
                None,
            )
            yield part[1], group, result


def part_of(address: str) -> str:
    """The row or, of adverse events, the table that a number stands in."""
    if "/adverseEventsModule/eventGroups/" in address:
        return "/resultsSection/adverseEventsModule"
    if "/adverseEventsModule/" in address:
        return "/".join(address.split("/")[:4])
    return re.sub(r"/(measurements|counts|achievements|reasons)/[0-9]+/\w+$|/\w+$", "", address)


class TestTheWhereClausesOfTheBundledExample:
    """Asked of the datasets by other code, they find the rows that each number rests on."""

    @pytest.fixture(scope="class")
    @staticmethod
    def event(builds: dict[str, Build]) -> dict[str, Any]:
        return written(builds["one arm"])

    def test_every_subset_finds_the_rows_of_its_statistics(
        self, event: dict[str, Any], builds: dict[str, Build]
    ) -> None:
        library = Library(HCC / "adam")
        frames = {name: library.read(name).frame for name in library.names}
        sets = {one["id"]: one for one in event["analysisSets"]}
        subsets = {one["id"]: one for one in event["dataSubsets"]}
        factors = {one["id"]: one for one in event["analysisGroupings"]}
        checked = 0
        rows = iter(_in_event_order(builds["one arm"], event))
        for analysis in event["analyses"]:
            population = sets[analysis["analysisSetId"]]
            for result in analysis["results"]:
                row = next(rows)
                if "condition" not in population:
                    continue  # the analysis results dataset does not say what it is
                members = frames["ADSL"].filter(asked(population))["USUBJID"]
                chosen = frames[row.dataset].filter(pl.col("USUBJID").is_in(members.implode()))
                subset = subsets.get(analysis.get("dataSubsetId", ""))
                if subset is not None:
                    chosen = chosen.filter(asked(subset))
                for group in result.get("resultGroups", ()):
                    variable = factors[group["groupingId"]].get("groupingVariable")
                    # Those at risk of a term are counted in ADSL, which has no terms.
                    if "groupValue" in group and row.dataset != "ADSL":
                        chosen = chosen.filter(pl.col(variable) == group["groupValue"])
                assert (chosen.height, chosen["USUBJID"].n_unique()) == (row.rows, row.participants)
                checked += 1
        assert checked > 200


def _in_event_order(built: Build, event: dict[str, Any]) -> list[Any]:
    """Give the statistics in the order of the results: by part, text and raw value."""
    waiting: dict[Any, list[Any]] = {}
    for row in built.statistics:
        waiting.setdefault((part_of(row.address), row.posted, row.dataset), []).append(row)
    found = []
    for analysis in event["analyses"]:
        part = re.search(r"at (/\S+?)\.( |$)", analysis["description"])
        assert part is not None
        methods = {one["id"]: one["name"] for one in event["methods"]}
        for result in analysis["results"]:
            rows = waiting[part[1], result["formattedValue"], analysis["dataset"]]
            fits = [one for one in rows if one.method == methods[analysis["methodId"]]]
            values = [one.get("groupValue") for one in result.get("resultGroups", ())]
            fits = [
                one
                for one in fits
                if all(value is None or repr(value) in one.condition or one.dataset == "ADSL"
                       for value in values)
            ]  # fmt: skip
            rows.remove(fits[0])
            found.append(fits[0])
    return found


def asked(part: dict[str, Any]) -> pl.Expr:
    """Read a where clause as its standard words it, with an empty text for missing."""
    if "condition" in part:
        condition = part["condition"]
        column = pl.col(condition["variable"]).cast(pl.String)
        values = condition["value"]
        if values == [""]:
            return column.is_null() if condition["comparator"] == "EQ" else column.is_not_null()
        match condition["comparator"]:
            case "EQ" | "IN":
                return column.is_in(values).fill_null(False)
            case "NE" | "NOTIN":
                return ~column.is_in(values).fill_null(False)
            case other:
                number = pl.col(condition["variable"])
                limit = float(values[0])
                found = {"LT": number < limit, "LE": number <= limit, "GT": number > limit,
                         "GE": number >= limit}[other]  # fmt: skip
                return found.fill_null(other in ("LT", "LE"))  # as SAS: missing is smallest
    expression = part["compoundExpression"]
    clauses = [asked(clause) for clause in expression["whereClauses"]]
    match expression["logicalOperator"]:
        case "AND":
            return pl.all_horizontal(clauses)
        case "OR":
            return pl.any_horizontal(clauses)
        case _:
            return ~clauses[0]


class TestConditionsInTheWordsOfTheStandard:
    @pytest.mark.parametrize(
        ("condition", "kept"),
        [
            ("A == 1", [1]),
            ("A != 1", [2, 3]),
            ("A < 2", [1]),
            ("not (A < 2)", [2, 3, None]),
            ("A in [1, 3]", [1, 3]),
            ("A not in [1]", [2, 3]),
            ("A not in [1, 2]", [3]),
            ("A is missing", [None]),
            ("A is not missing and (A == 1 or A >= 3)", [1, 3]),
            ("2 > A", [1]),
        ],
    )
    def test_they_choose_the_same_rows_where_missing_is_smallest(
        self, condition: str, kept: list[int | None]
    ) -> None:
        clause = where_clause("ADXX", condition)
        assert clause is not None
        frame = pl.DataFrame({"A": [1, 2, 3, None]})
        assert frame.filter(asked(clause))["A"].to_list() == kept

    @pytest.mark.parametrize("condition", ["true", "A < B", "A == 1 and A < B"])
    def test_what_the_standard_cannot_say_is_left_unsaid(self, condition: str) -> None:
        assert where_clause("ADXX", condition) is None

    def test_dates_are_written_as_dates(self) -> None:
        clause = where_clause("ADSL", "TRTSDT >= date '2014-01-31'")
        assert clause is not None
        assert clause["condition"]["value"] == ["2014-01-31"]


class TestAnalysisResultsData:
    def test_its_columns_are_those_of_cards_in_its_order_then_our_own(self, built: Build) -> None:
        columns = analysis_results_data(built.study, built.statistics).columns
        assert columns[:16] == [
            "group1", "group1_level", "group2", "group2_level", "group3", "group3_level",
            "variable", "variable_level", "context", "stat_name", "stat_label", "stat", "stat_fmt",
            "fmt_fun", "warning", "error",
        ]  # fmt: skip
        assert columns == list(SCHEMA)

    def test_every_statistic_is_one_row_with_its_raw_value_and_its_text(self, built: Build) -> None:
        frame = analysis_results_data(built.study, built.statistics)
        assert frame["address"].to_list() == [row.address for row in built.statistics]
        assert frame["stat"].to_list() == [row.raw for row in built.statistics]
        assert frame["stat_fmt"].to_list() == [row.posted for row in built.statistics]

    def test_groups_variables_and_names_tell_every_row_from_every_other(self, built: Build) -> None:
        frame = analysis_results_data(built.study, built.statistics)
        named = [name for name in frame.columns[:10] if name != "context"]
        assert frame.filter(frame.select(*named, "context", "groups").is_duplicated()).is_empty()

    def test_rounding_the_statistic_to_its_decimals_gives_its_text(self, built: Build) -> None:
        frame = analysis_results_data(built.study, built.statistics).drop_nulls("fmt_fun")
        assert frame.height > 200
        for raw, decimals, text in frame.select("stat", "fmt_fun", "stat_fmt").iter_rows():
            unit = Decimal(1).scaleb(-decimals)
            rounded = Decimal(f"{raw:.15g}").quantize(unit, rounding=ROUND_HALF_UP)
            assert f"{abs(rounded) if not rounded else rounded:f}" == text

    def test_the_parts_of_a_record_have_the_groups_of_a_table(
        self, builds: dict[str, Build]
    ) -> None:
        built = builds["three arms"]
        frame = analysis_results_data(built.study, built.statistics)

        def shown(*conditions: pl.Expr) -> list[tuple[Any, ...]]:
            columns = ["group1_level", "group2_level", "group3", "group3_level", "variable",
                       "variable_level", "stat_name", "stat_fmt"]  # fmt: skip
            return frame.filter(*conditions).select(columns).rows()

        placebo = pl.col("group1_level") == "Placebo"
        assert shown(placebo, pl.col("variable_level") == "HYPERTENSION") == [
            ("Placebo", "Other Adverse Events", "AEBODSYS", "Vascular disorders", "AEDECOD",
             "HYPERTENSION", name, text)
            for name, text in (("n_event", "4"), ("n", "3"), ("N", "23"))
        ]  # fmt: skip
        change = pl.col("group2_level") == "Change From Baseline in Symptom Score"
        assert shown(placebo, change, pl.col("context") == "summary") == [
            ("Placebo", "Change From Baseline in Symptom Score", "class", week, "CHG", None, name,
             text)
            for week in ("Week 8", "Week 16")
            for name, text in (("mean", "-1.10"), ("sd", "0.99"))
        ]  # fmt: skip
        assert shown(placebo, pl.col("variable") == "SEX")[0][5:7] == ("Female", "n")
        assert shown(pl.col("group3_level") == "Statistical Analysis 1")[0] == (
            None, "Change From Baseline in Symptom Score", "analysis", "Statistical Analysis 1",
            "USUBJID", None, "p.value", "0.0437",
        )  # fmt: skip

    def test_the_total_column_has_no_level_of_its_group(self, builds: dict[str, Build]) -> None:
        built = builds["three arms"]
        frame = analysis_results_data(built.study, built.statistics)
        total = frame.filter(pl.col("groups") == "Total")
        assert total.height > 5
        assert total["group1_level"].null_count() == total.height

    def test_a_value_that_is_not_reached_is_empty_with_the_reason_as_warning(
        self, builds: dict[str, Build]
    ) -> None:
        built = builds["three arms"]
        frame = analysis_results_data(built.study, built.statistics)
        missing = frame.filter(pl.col("stat_fmt") == "NA")
        assert missing["stat"].null_count() == missing.height > 0
        assert all("not reached" in text for text in missing["warning"])
        assert missing["fmt_fun"].null_count() == missing.height

    def test_the_files_hold_the_table_to_the_last_digit(self, built: Build) -> None:
        frame = analysis_results_data(built.study, built.statistics)
        writers = exports()["ard"].writers
        parquet = pl.read_parquet(io.BytesIO(writers[".parquet"](built.study, built.statistics)))
        assert parquet.equals(frame)
        csv = pl.read_csv(
            io.BytesIO(writers[".csv"](built.study, built.statistics)), schema=frame.schema
        )
        assert csv["stat"].to_list() == frame["stat"].to_list()


OF_STATISTICS = [one for one in exports().values() if not one.of_build_only]


@pytest.mark.parametrize("export", OF_STATISTICS, ids=lambda one: one.name)
def test_a_record_that_was_changed_since_is_not_exported(
    export: Export, builds: dict[str, Build]
) -> None:
    built = builds["one arm"]
    changed = replace_at(
        built.study,
        "/resultsSection/participantFlowModule/periods/0/milestones/0/achievements/0/numSubjects",
        "38",
    )
    for writer in export.writers.values():
        with pytest.raises(DataError, match="posts 38 here, but the build computed 37"):
            writer(changed, built.statistics)


@pytest.mark.parametrize("export", OF_STATISTICS, ids=lambda one: one.name)
def test_a_build_without_a_number_is_an_empty_export(
    export: Export, builds: dict[str, Build]
) -> None:
    study = replace_at(builds["one arm"].study, "/resultsSection", None)
    for writer in export.writers.values():
        assert writer(study, Statistics())


def test_reporting_events_are_the_same_every_time(built: Build) -> None:
    first, second = (reporting_event(built.study, built.statistics) for _ in range(2))
    assert first == second
