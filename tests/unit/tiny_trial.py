"""A trial of four participants as files, for what is tested about files rather than numbers."""

from pathlib import Path

SPECIFICATION = """\
data: adam
study: {nct_id: NCT00000001, title: A Trial of Two Arms}
groups:
  active: {title: Active, description: 10 mg a day, treatment: Active}
  placebo: {title: Placebo, description: Matching tablets, treatment: Placebo}
outcomes:
  - title: Change in Score
    type: primary
    time_frame: 8 weeks
    dataset: ADQS
    variable: CHG
    summary: mean
    unit: points
"""

ADSL = """\
USUBJID,TRT01P,TRT01A,ITTFL,SAFFL,AGE,SEX,RACE,ETHNIC,EOSSTT,DCSREAS,DTHFL
01,Active,Active,Y,Y,61,F,WHITE,NOT HISPANIC OR LATINO,COMPLETED,,
02,Active,Active,Y,Y,67,M,ASIAN,NOT HISPANIC OR LATINO,DISCONTINUED,ADVERSE EVENT,
03,Placebo,Placebo,Y,Y,58,M,WHITE,HISPANIC OR LATINO,COMPLETED,,
04,Placebo,Placebo,Y,Y,71,F,WHITE,NOT HISPANIC OR LATINO,COMPLETED,,
"""

ADQS = """\
USUBJID,CHG
01,1.5
02,2.5
03,0.5
04,-0.5
"""

CHANGE = (
    "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/0"
    "/value"
)
"""The mean change of the active group: 2.00."""


def trial_files(folder: Path) -> Path:
    """Write the trial into a folder and return its specification."""
    data = folder / "adam"
    data.mkdir()
    (data / "adsl.csv").write_text(ADSL, encoding="utf-8")
    (data / "adqs.csv").write_text(ADQS, encoding="utf-8")
    specification = folder / "study.yaml"
    specification.write_text(SPECIFICATION, encoding="utf-8")
    return specification
