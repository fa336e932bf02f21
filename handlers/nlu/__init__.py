"""One message to facts: matched against the tables and tied together; the policy is not known here."""
