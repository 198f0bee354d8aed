"""A first specification, written by looking at the data: what the data say, and what a person must still decide."""
