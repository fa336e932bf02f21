"""Charts as pictures that read at a glance, drawn with Pillow and a Chinese font."""
