"""Somebody else's score sheet and report, recomputed: what they say, as an evaluation, and what does not hold."""
