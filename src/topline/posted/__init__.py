"""What posted summaries say, read so that something can be computed from them."""
