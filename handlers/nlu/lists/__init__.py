"""A leader's list: its layout, rows and lines, who each line names and what it claims."""
