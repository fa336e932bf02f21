"""What is stored of one person: found, handed out, and erased so that sums and the audit stay."""
