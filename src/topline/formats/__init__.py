"""A record <-> a document: one module per format, one registry of formats."""
