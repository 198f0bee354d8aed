"""A record's results as FHIR R5 Evidence (experimental)."""
