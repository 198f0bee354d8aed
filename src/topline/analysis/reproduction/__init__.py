"""Whether posted analyses follow from the summaries posted beside them."""
