"""Stands as they are handed in: keys, fields, codes, areas, and every doubt about them."""
