"""How each family of reference cases is computed: one module a group of families.

A module declares ``FAMILIES``: family name -> a function from a case to the computed values, nested as the case's
``expected`` is. A value that is undefined or not reached is ``None``.
"""
