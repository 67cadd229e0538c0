"""What the interface says."""
