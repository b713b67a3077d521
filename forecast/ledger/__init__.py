"""Every forecast ever made: an append-only table with a hash chain, and the files that its entries name."""
