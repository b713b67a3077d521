"""Many independent tasks: in this process, in several, or on a Dask cluster, with the same results bit for bit."""
