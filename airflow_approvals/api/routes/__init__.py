"""Routes: parse, call the service, shape the reply."""
