"""Statistics on plain numbers and arrays: no dataset, no trial, no record.

One module is one family. Functions take numbers, sequences or NumPy arrays and return frozen results
(:class:`topline.stats.estimate.Estimate`, :class:`topline.stats.estimate.Test`). Import the family that
is needed (``from topline.stats.survival import kaplan_meier``): this package imports none of them, so that
a command which computes nothing does not pay for SciPy.
"""
