"""Bayesian scenario forecasting: from drivers, elicited ranges and dated events to probabilities of named endings."""
