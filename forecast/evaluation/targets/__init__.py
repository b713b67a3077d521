"""Dated targets: what is forecast at every origin, what came of it, and what simple baselines say."""
