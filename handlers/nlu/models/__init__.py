"""Where a model helps: training and evaluating the weights, and the optional language model behind the rules."""
