"""The commands about money: what suppliers and carriers answer for, and what came back."""
