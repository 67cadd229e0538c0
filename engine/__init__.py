"""The one writer loop: intake, roll-up, judgement, score, publication."""
