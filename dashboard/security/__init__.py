"""Who may see what: gate, policy, sessions, headers."""
