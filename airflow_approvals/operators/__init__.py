"""What Dag authors use."""
