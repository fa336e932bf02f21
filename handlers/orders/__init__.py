"""Order files: cells, rows, whole orders; the sandbox's sample data."""
