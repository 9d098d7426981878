"""Use cases. Transactions begin and end here; every function takes the ``Work`` it does it with."""
