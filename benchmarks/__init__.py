"""Measurements, run by hand; the tests assert what bounds them."""
