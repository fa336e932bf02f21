"""What is remembered: rows and nothing else."""
