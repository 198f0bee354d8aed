"""Statistical analyses of outcome measures: one module each, found by the registry."""
