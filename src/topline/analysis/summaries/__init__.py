"""Summaries of outcome and baseline measures: one module each, found by the registry."""
