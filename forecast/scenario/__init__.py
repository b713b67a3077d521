"""The scenario: its types, its file, its rules and its priors."""
