"""Attacks on a running deployment: each of them fails, and what it tried is tested."""
