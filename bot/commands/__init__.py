"""The commands of the `claimdesk` program, one file each."""
