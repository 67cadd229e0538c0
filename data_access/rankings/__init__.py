"""Every ranking and every receipt, by the measures that there are."""
