"""Analysis results in the forms of others: one module each, found by the registry."""
