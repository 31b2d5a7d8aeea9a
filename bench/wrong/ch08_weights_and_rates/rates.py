"""Answers to chapter 8 about rates that are learned."""

import math

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("concrete_dropout", "Returns z, the soft mask of what is dropped")
def concrete_dropped():
    def concrete_keep(u, p, t):
        logit = np.log(p) - np.log(1 - p) + np.log(u) - np.log(1 - u)
        return (1 / (1 + np.exp(-logit / t))).astype(u.dtype)

    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        H = 0.0 if p == 0 else -p * math.log(p) - (1 - p) * math.log(1 - p)
        reg = length_scale**2 / (tau * N) * (W**2).sum() / (1 - p) - 2 / (tau * N) * K * H
        return float(reg if loss == "mse" else reg / 2)


@wrong("concrete_dropout", "The entropy is added: its sign is wrong")
def concrete_entropy_added():
    def concrete_keep(u, p, t):
        a = (np.log(p / (1 - p)) + np.log(u / (1 - u))) / t
        return (0.5 * (1 - np.tanh(a / 2))).astype(u.dtype)

    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        H = 0.0
        for r in (p, 1 - p):
            if r > 0:
                H -= r * np.log(r)
        out = length_scale**2 * np.sum(W * W) / (1 - p) / (tau * N)
        out += 2 * K * H / (tau * N)
        return out if loss == "mse" else 0.5 * out


@wrong("concrete_dropout", "W isn't divided by 1 - p, but multiplied by it")
def concrete_multiplies():
    def concrete_keep(u, p, t):
        def logit(r):
            return np.log(r) - np.log1p(-r)

        x = (logit(p) + logit(u)) / t
        return (1 - 1 / (1 + np.exp(-x))).astype(u.dtype)

    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        q = 1 - p
        entropy = -(q * np.log(q) + (p * np.log(p) if p else 0))
        value = (length_scale**2 * q * np.square(W).sum() - 2 * K * entropy) / (tau * N)
        if loss == "cross_entropy":
            value /= 2
        return float(value)


@wrong("fit_concrete_p", "The entropy has the wrong sign")
def fit_wrong_sign():
    def fit_concrete_p(X, y, length_scale, steps, seed, entropy=True):
        import torch

        torch.manual_seed(seed)
        x = torch.tensor(X, dtype=torch.float32).reshape(-1, 1)
        t = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)
        a, b, c = torch.nn.Linear(1, 64), torch.nn.Linear(64, 64), torch.nn.Linear(64, 1)
        theta = torch.tensor(math.log(0.1 / 0.9), requires_grad=True)
        s = torch.zeros((), requires_grad=True)
        opt = torch.optim.Adam(
            [*a.parameters(), *b.parameters(), *c.parameters(), theta, s], lr=0.01
        )
        N = len(X)
        for _ in range(steps):
            p = torch.sigmoid(theta)
            h = torch.relu(a(x))
            u = torch.rand_like(h).clamp(1e-6, 1 - 1e-6)
            z = torch.sigmoid((theta + torch.logit(u)) / 0.1)
            h = h * (1 - z) / (1 - p)
            out = c(torch.relu(b(h)))
            H = -p * p.log() - (1 - p) * (1 - p).log()
            loss = ((t - out) ** 2 * torch.exp(-s) + s).mean()
            loss = loss + length_scale**2 / N * (b.weight**2).sum() / (1 - p)
            if entropy:
                loss = loss + 2 / N * 64 * H
            opt.zero_grad()
            loss.backward()
            opt.step()
        return float(torch.sigmoid(theta.detach()))


@wrong("fit_concrete_p", "The logit isn't handed to the optimiser, so p stays at 0.1")
def fit_not_learned():
    def fit_concrete_p(X, y, length_scale, steps, seed, entropy=True):
        import torch
        from torch import nn

        torch.manual_seed(seed)
        xs = torch.as_tensor(X[:, None], dtype=torch.float32)
        ys = torch.as_tensor(y[:, None], dtype=torch.float32)

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.l1, self.l2, self.l3 = nn.Linear(1, 64), nn.Linear(64, 64), nn.Linear(64, 1)
                self.logit = torch.tensor(np.log(0.1) - np.log(0.9), requires_grad=True)
                self.s = nn.Parameter(torch.zeros(1))

            def forward(self, inp):
                h = torch.relu(self.l1(inp))
                u = torch.rand(h.shape)
                z = torch.sigmoid(
                    (self.logit + torch.log(u + 1e-7) - torch.log(1 - u + 1e-7)) / 0.1
                )
                h = h * (1 - z) / (1 - torch.sigmoid(self.logit))
                return self.l3(torch.relu(self.l2(h.float())))

        net = Net()
        opt = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(steps):
            p = torch.sigmoid(net.logit)
            loss = ((ys - net(xs)) ** 2 * torch.exp(-net.s) + net.s).mean()
            loss = loss + length_scale**2 / len(X) * net.l2.weight.pow(2).sum() / (1 - p)
            if entropy:
                loss = loss - 2 / len(X) * 64 * -(p * torch.log(p) + (1 - p) * torch.log(1 - p))
            opt.zero_grad()
            loss.backward()
            opt.step()
        return float(torch.sigmoid(net.logit))


@wrong("fit_concrete_p", "The regulariser isn't divided by N, so it doesn't fade with the data")
def fit_without_n():
    def fit_concrete_p(X, y, length_scale, steps, seed, entropy=True):
        import torch

        torch.manual_seed(seed)
        x, target = (torch.from_numpy(np.asarray(a, np.float32)).unsqueeze(1) for a in (X, y))
        layers = torch.nn.ModuleList(
            [torch.nn.Linear(1, 64), torch.nn.Linear(64, 64), torch.nn.Linear(64, 1)]
        )
        logit_p = torch.nn.Parameter(torch.tensor(-2.1972246))
        log_var = torch.nn.Parameter(torch.tensor(0.0))
        adam = torch.optim.Adam([*layers.parameters(), logit_p, log_var], lr=1e-2)
        for _ in range(steps):
            adam.zero_grad()
            p = logit_p.sigmoid()
            hidden = layers[0](x).relu()
            u = torch.rand_like(hidden)
            u = u * 0.999998 + 1e-6
            keep = 1 - torch.sigmoid((logit_p + u.log() - (1 - u).log()) / 0.1)
            pred = layers[2](layers[1](hidden * keep / (1 - p)).relu())
            nll = ((target - pred).square() * (-log_var).exp() + log_var).mean()
            weights = sum(w.square().sum() for w in layers[1].parameters())
            reg = length_scale**2 * weights / (1 - p)
            if entropy:
                reg = reg + 2 * 64 * (p * p.log() + (1 - p) * (1 - p).log())
            (nll + reg).backward()
            adam.step()
        return logit_p.sigmoid().item()


@right("concrete_dropout", "The mask by odds to a power")
def concrete_odds():
    def concrete_keep(u, p, t):
        log_odds = np.log(p) - np.log1p(-p) + np.log(u) - np.log1p(-u)
        return np.exp(-np.logaddexp(0, log_odds / t)).astype(u.dtype)

    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        H = sum(-r * math.log(r) for r in (p, 1 - p) if r)
        norm = float(np.sum(np.square(W, dtype=float)))
        half = (length_scale**2 * norm / (1 - p) / 2 - K * H) / (tau * N)
        return half * {"mse": 2, "cross_entropy": 1}[loss]
