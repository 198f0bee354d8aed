"""A record as tidy tables: one a module of its results, and the form that meta-analysis reads."""
