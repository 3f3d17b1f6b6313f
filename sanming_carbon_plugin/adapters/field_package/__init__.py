"""The offline package for QField: its files, forms, background map and project, and the copies that come back."""
