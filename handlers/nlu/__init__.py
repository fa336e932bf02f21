"""One message to facts: matched against the word tables and tied together, without knowledge of the policy."""
