"""Raster evidence per stand: which cells a stand covers, and what they say."""
