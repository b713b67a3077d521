"""Evidence: dated reports, series, judgements and transitions, and what of them was known on a day."""
