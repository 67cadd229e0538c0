"""What comes in: one door for everything that anybody tells us."""
