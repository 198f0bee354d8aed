"""A record for people: neutral tables, charts and the results page."""
