"""The ``topline`` command: one command is one library function.

Commands import what they run only when they run, so that ``topline --help`` is quick.
"""
