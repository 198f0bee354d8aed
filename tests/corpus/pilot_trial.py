"""The pilot trial of CDISC, built from its specification in ``examples`` and from variants of it.

Each published number is compared as the report prints it; the build is asked for that many decimals.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from tests.spec.small_trial import assert_traceable

from topline.analysis import references
from topline.analysis.build import Build, build
from topline.analysis.methods import vocabulary
from topline.trial.library import Library
from topline.trial.specification_reading import read_specification

SPECIFICATION = Path(__file__).parents[2] / "examples" / "cdiscpilot01" / "study.yaml"
ARMS = ("placebo", "xan_low", "xan_high")
"""The arms as the published numbers call them, in the order of the specification's groups."""


class PilotTrial:
    """The trial's datasets, its published numbers, and records built from it.

    Parameters
    ----------
    trial
        The folder of the trial.
    together
        An empty folder; the region of enrolment needs a dataset of the tabulations (DM) beside the
        analysis datasets, so links to all of them are put here.
    """

    def __init__(self, trial: Path, together: Path) -> None:
        self.published_folder = trial / "published"
        for file in [*sorted((trial / "adam").glob("*.xpt")), trial / "sdtm" / "dm.xpt"]:
            (together / file.name).symlink_to(file)
        self.library = Library(together)

    def published(self, name: str) -> Any:
        """Read a table of published numbers."""
        return json.loads((self.published_folder / f"{name}.json").read_text(encoding="utf-8"))

    @cached_property
    def posted(self) -> Build:
        """The record of the specification as it stands."""
        return self.variant()

    def variant(self, **changed: object) -> Build:
        """Build the record of the specification with some of its parts replaced."""
        specification = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8")) | changed
        text = yaml.safe_dump(specification, sort_keys=False, allow_unicode=True)
        reading = read_specification(text, vocabulary(), file=str(SPECIFICATION))
        reading.raise_problems(references.check(reading, self.library))
        made = build(reading.specification, self.library)
        assert_traceable(made, reading.specification, self.library)
        return made

    def events(self, **changed: object) -> Build:
        """Build a record with another way to count adverse events."""
        specification = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))
        return self.variant(adverse_events=specification["adverse_events"] | changed, outcomes=[])


def by_arm(numbers: Mapping[str, object], arms: Iterable[str] = ARMS) -> list[str]:
    """Give the published numbers of the arms as texts, in the order of the record's groups."""
    return [str(numbers[arm]) for arm in arms]
