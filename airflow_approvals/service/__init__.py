"""Use cases. Transactions begin and end here; every function takes its session and ``now``."""
