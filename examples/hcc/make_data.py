"""Make the datasets of the bundled example trial.

Run from the project's folder::

    python -m examples.hcc.make_data

No participant is real. The figures that the datasets yield are those of a published results record
(see ``README.md`` beside this file); another seed gives other participants with the same figures.
Only Python's own library is used, and nothing of topline: the example tests it from outside.
"""

import argparse
from pathlib import Path

from examples.hcc.adverse_events import adverse_events_dataset
from examples.hcc.courses import make_courses
from examples.hcc.dataset_json import Dataset, write_dataset
from examples.hcc.draws import Draws
from examples.hcc.efficacy import functions_dataset, responses_dataset, times_dataset
from examples.hcc.participants import make_participants, participants_dataset

SEED = 20170706
OUTPUT = Path(__file__).parent / "adam"


def make_datasets(seed: int = SEED) -> tuple[Dataset, ...]:
    """Return the example's datasets: ADSL, ADAE, ADRS, ADTTE and ADFC.

    Parameters
    ----------
    seed
        The seed; the same one gives the same datasets everywhere.
    """
    courses = make_courses(Draws(seed, "courses"))
    participants = make_participants(courses, Draws(seed, "participants"))
    return (
        participants_dataset(participants),
        adverse_events_dataset(participants, Draws(seed, "adverse events")),
        responses_dataset(participants),
        times_dataset(participants),
        functions_dataset(participants, Draws(seed, "effector T cells")),
    )


def main() -> None:
    """Write the datasets into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Make the datasets of the example trial.")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to write into")
    parser.add_argument("--seed", type=int, default=SEED, help="the seed of the random choices")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for dataset in make_datasets(arguments.seed):
        path = write_dataset(dataset, arguments.output)
        print(f"{path}: {len(dataset.rows)} rows")


if __name__ == "__main__":
    main()
