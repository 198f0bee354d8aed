"""A trial: its datasets, its specification and how the two meet."""
