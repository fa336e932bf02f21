"""Pictures by what they show: their prints, and which turned out to be the same."""
