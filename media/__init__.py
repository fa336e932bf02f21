"""Pictures: checked, turned, stripped, kept and laid out."""
