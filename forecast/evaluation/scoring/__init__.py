"""Scores of probability forecasts, and whether many of them are calibrated; conventions stand in every docstring."""
