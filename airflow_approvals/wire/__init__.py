"""The JSON of the REST API, shared by server and client: shapes, a file per subject, and errors."""
