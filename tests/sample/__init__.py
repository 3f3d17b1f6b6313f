"""Maker of the bundled sample: a fictitious township, made by rule and dice, surveyed by nobody."""
