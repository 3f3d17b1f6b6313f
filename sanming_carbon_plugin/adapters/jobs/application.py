"""An application for a ticket: the pieces of one right-holder, or of many through the village collective.

What is written is documented, name by name, in :mod:`.application_files`: a folder with ``application.gpkg`` and
``application.json``, both or neither.
"""
