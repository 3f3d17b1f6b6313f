"""Everything that touches the outside: files, rasters, layers, encodings, documents."""
