"""Checks of a stand layer, one module per kind of doubt."""
