"""Where approvals are kept. Never commits: the service does."""
