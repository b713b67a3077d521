"""The model: blocks of a PyMC model and their NumPy twin."""
