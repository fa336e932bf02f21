"""The doors and the process: who speaks to whom, and what runs."""
