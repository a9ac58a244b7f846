"""One file per page: what is on it, and no analysis."""
