"""Calls that nobody would write by hand, to see that each gets a documented answer. See docs/fuzzing.md."""
