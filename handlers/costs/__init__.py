"""Money of tickets: what may still be given back, and the ledger of what they cost and bring back."""
