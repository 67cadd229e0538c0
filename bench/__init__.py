"""What the product promises in figures, each measured beside a peer in the same run."""
