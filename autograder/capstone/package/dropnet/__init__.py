"""A small classifier with dropout: trained on noisy labels, with Monte Carlo uncertainty."""
