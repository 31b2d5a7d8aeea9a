"""What the exercises of chapter 01, Overfitting, bias and variance, share: nothing so far."""
