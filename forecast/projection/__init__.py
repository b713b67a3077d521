"""Projection: from draws to probabilities of states and outcomes by date."""
