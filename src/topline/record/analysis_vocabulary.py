"""What a posted statistical analysis may be called: the registry's own methods and estimation parameters.

Each list ends with Other, under which a name of one's own is posted; the record then shows that name. The lists are
those of the registry's data element definitions.
"""

STATISTICAL_METHODS = (
    "ANCOVA",
    "ANOVA",
    "Chi-squared",
    "Chi-squared, Corrected",
    "Cochran-Mantel-Haenszel",
    "Fisher Exact",
    "Kruskal-Wallis",
    "Log Rank",
    "Mantel Haenszel",
    "McNemar",
    "Mixed Models Analysis",
    "Regression, Cox",
    "Regression, Linear",
    "Regression, Logistic",
    "Sign Test",
    "t-test, 1 sided",
    "t-test, 2 sided",
    "Wilcoxon (Mann-Whitney)",
)
"""Methods of a test."""

ESTIMATION_PARAMETERS = (
    "Cox Proportional Hazard",
    "Hazard Ratio (HR)",
    "Hazard Ratio, log",
    "Mean Difference (Final Values)",
    "Mean Difference (Net)",
    "Median Difference (Final Values)",
    "Median Difference (Net)",
    "Odds Ratio (OR)",
    "Odds Ratio, log",
    "Risk Difference (RD)",
    "Risk Ratio (RR)",
    "Risk Ratio, log",
    "Slope",
)
"""What an estimate is of."""


def is_listed(name: str) -> bool:
    """Tell whether a method or parameter is one of the registry's; if not, it is posted as Other in that name.

    Examples
    --------
    >>> is_listed("Log Rank"), is_listed("Restricted mean survival time difference")
    (True, False)
    """
    return name in STATISTICAL_METHODS or name in ESTIMATION_PARAMETERS
