"""topline: from a clinical trial's participant-level data to its registry results record.

The subpackages are the rooms of the house; ``docs/explanation/architecture.md`` draws them.
Importing this package imports none of them, so that it costs next to nothing.
"""

__version__ = "0.1.0"
