"""The domain on arrays and tables: no file, no QGIS, no Qt."""
