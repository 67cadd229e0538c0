"""Pure rules of the field: no I/O, no clock of their own, nothing above imported."""
