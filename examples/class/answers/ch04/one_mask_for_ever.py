# %% dropout_layer
class Dropout:
    def __init__(self, p, rng):
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p, self.rng = p, rng
        self.training = True
        self.mask = None
        self.last = None

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = self.rng.random(x.shape) >= self.p
        self.last = (self.mask, self.p, self.training)
        if not self.training:
            return x
        return x * self.mask / (1 - self.p) if self.p < 1 else np.zeros_like(x)

    def backward(self, grad):
        if self.last is None:
            raise RuntimeError("call forward first")
        return dropout_backward(grad, self.last)
