"""What a record leaves out: estimates from its posted summaries, one module a kind, found by the registry."""
