"""Checks in the field: which stands, what came back, what follows from it, and how right the map is."""
