"""Commands about the installation as a whole: the audit, backups, and what is kept of people."""
