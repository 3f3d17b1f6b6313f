"""Maps of a result: its layers in colour and pattern, and the sheet to print. Needs the ``qgis`` module."""
