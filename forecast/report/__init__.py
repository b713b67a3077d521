"""One view of a forecast, and its HTML and PDF."""
