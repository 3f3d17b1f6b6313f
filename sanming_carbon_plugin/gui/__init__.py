"""The dock in QGIS: it fills in parameters and starts algorithms, and computes nothing itself."""
