"""Inference: posterior draws and how far they can be trusted."""
