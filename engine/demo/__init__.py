"""The demonstration city: a seeded simulator and the replay of real series."""
