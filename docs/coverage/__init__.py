"""How often the intervals of topline hold the truth; ``python -m docs.coverage`` writes the page on it."""
