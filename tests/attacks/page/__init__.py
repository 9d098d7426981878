"""Bodies, metadata and names that would attack the page of whoever reads them."""
