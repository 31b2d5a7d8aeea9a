# %% dropout_layer
class Dropout:
    def __init__(self, p, rng):
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p, self.rng = p, rng
        self.training = True
        self.cache = None

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        mask = self.rng.random(x.shape) >= self.p
        self.cache = (mask, self.p, self.training)
        if not self.training:
            return x
        return x * mask / (1 - self.p) if self.p < 1 else np.zeros_like(x)

    def backward(self, grad):
        if self.cache is None:
            raise RuntimeError("call forward first")
        mask, p, training = self.cache
        if self.training:
            mask, training = self.rng.random(grad.shape) >= p, True
        return dropout_backward(grad, (mask, p, training))
