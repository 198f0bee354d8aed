"""Write docs/reference/specification.md from the types of the specification.

Run ``python docs/generate_specification.py`` after a change to them; a test holds the page to them.
"""

from pathlib import Path

from topline.analysis.methods import vocabulary
from topline.trial.specification_page import specification_page

PAGE = Path(__file__).parent / "reference" / "specification.md"

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(specification_page(vocabulary()), encoding="utf-8")
    print(f"wrote {PAGE}")
