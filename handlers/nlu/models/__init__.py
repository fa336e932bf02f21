"""Trained weights that correct the word tables, and the optional language model behind them."""
