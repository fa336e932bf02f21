"""The command `claimdesk report`: the figures of a period in the terminal, as tables and as pictures."""
