"""How units are scored and ranked: receipts by two recipes, rates, ranks and their certainty."""
