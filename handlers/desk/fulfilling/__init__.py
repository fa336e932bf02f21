"""What agents confirm or promise of money and goods: paid, arranged, sent, come back."""
