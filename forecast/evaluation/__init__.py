"""Evaluation: whether the model does what it says."""
