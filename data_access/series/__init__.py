"""What was measured over time: roll-ups, states, episodes, notes."""
