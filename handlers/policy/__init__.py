"""The business's procedure: loaded, checked and in force; its calendar and compiled lexicons."""
