"""Work of a web process beside its loop."""
