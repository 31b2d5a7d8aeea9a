"""Right answers to 8.5 in other styles than the reference; torch is imported when they run."""

from __future__ import annotations

import math

import numpy as np


def modules(X, y, length_scale, steps, seed, entropy=True):
    import torch
    from torch import nn

    class ConcreteDropout(nn.Module):
        def __init__(self):
            super().__init__()
            self.p_logit = nn.Parameter(torch.tensor([math.log(0.1) - math.log(0.9)]))

        def forward(self, h):
            p = torch.sigmoid(self.p_logit)
            eps = 1e-7
            u = torch.rand_like(h)
            drop = torch.log(p + eps) - torch.log(1 - p + eps)
            drop = torch.sigmoid((drop + torch.log(u + eps) - torch.log(1 - u + eps)) / 0.1)
            return h * (1 - drop) / (1 - p)

    torch.manual_seed(seed)
    N = len(X)
    dropout = ConcreteDropout()
    net = nn.Sequential(
        nn.Linear(1, 64), nn.ReLU(), dropout, nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)
    )
    log_var = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adam([*net.parameters(), log_var], lr=1e-2, fused=True)
    X, y = torch.from_numpy(X).float().view(-1, 1), torch.from_numpy(y).float().view(-1, 1)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.mean(torch.exp(-log_var) * (y - net(X)) ** 2 + log_var)
        p = torch.sigmoid(dropout.p_logit)
        after = net[3]
        loss = loss + length_scale**2 / N * sum((w**2).sum() for w in after.parameters()) / (1 - p)
        if entropy:
            loss = loss + 2.0 / N * 64 * (p * p.log() + (1 - p) * (1 - p).log())
        loss.sum().backward()
        optimizer.step()
    return float(torch.sigmoid(dropout.p_logit.detach()))


def halves(X, y, length_scale, steps, seed, entropy=True):
    """Half of everything: the negative log-likelihood and the divergence from the prior."""
    import torch

    draws = torch.Generator().manual_seed(seed)
    x, t = (torch.tensor(np.array(a), dtype=torch.float64).reshape(-1, 1) for a in (X, y))
    shapes = [(1, 64), (64,), (64, 64), (64,), (64, 1), (1,)]
    weights = [
        (2 * torch.rand(s, generator=draws, dtype=torch.float64) - 1) / math.sqrt(fan_in)
        for s, fan_in in zip(shapes, (1, 1, 64, 64, 64, 64))
    ]
    logit = torch.logit(torch.tensor(0.1, dtype=torch.float64))
    log_sigma = torch.zeros((), dtype=torch.float64)
    leaves = [leaf.requires_grad_() for leaf in (*weights, logit, log_sigma)]
    W1, b1, W2, b2, W3, b3, logit, log_sigma = leaves
    adam = torch.optim.Adam(leaves, lr=0.01, fused=True)
    for _ in range(steps):
        u = torch.rand((len(x), 64), generator=draws, dtype=torch.float64)
        u = u * (1 - 2e-9) + 1e-9
        q = torch.sigmoid(-logit)
        keep = torch.sigmoid(-(logit + torch.log(u / (1 - u))) * 10)
        h = (x @ W1 + b1).clamp(min=0) * keep / q
        out = (h @ W2 + b2).clamp(min=0) @ W3 + b3
        nll = (0.5 * ((out - t) / log_sigma.exp()) ** 2 + log_sigma).mean()
        weight = length_scale**2 / (2 * len(x)) * (W2.square().sum() / q + W1.square().sum())
        H = -(q * torch.log(q) + (1 - q) * torch.log(1 - q))
        loss = nll + weight - (64 / len(x) * H if entropy else 0)
        adam.zero_grad()
        loss.backward()
        adam.step()
    return torch.sigmoid(logit).detach().numpy()


def functional(X, y, length_scale, steps, seed, entropy=True):
    import torch
    import torch.nn.functional as F

    torch.manual_seed(seed)
    x = torch.as_tensor(np.ascontiguousarray(X)).float().unsqueeze(1)
    t = torch.as_tensor(np.ascontiguousarray(y)).float().unsqueeze(1)
    first, second, last = torch.nn.Linear(1, 64), torch.nn.Linear(64, 64), torch.nn.Linear(64, 1)
    theta = torch.nn.Parameter(torch.tensor(0.1).logit())
    rho = torch.nn.Parameter(torch.tensor(0.0))
    groups = [p for layer in (first, second, last) for p in layer.parameters()]
    adam = torch.optim.Adam([{"params": groups}, {"params": [theta, rho]}], lr=0.01, fused=True)
    N = x.shape[0]
    for step in range(steps):
        adam.zero_grad()
        p = theta.sigmoid()
        h = F.relu(first(x))
        relaxed = torch.distributions.RelaxedBernoulli(torch.tensor(0.1), logits=theta)
        h = h * (1 - relaxed.rsample(h.shape)) / (1 - p)
        precision = torch.exp(-rho)
        loss = F.mse_loss(last(F.relu(second(h))), t) * precision + rho
        loss = loss + length_scale**2 * second.weight.pow(2).sum() / (N * (1 - p))
        for layer in (first, last):
            loss = loss + length_scale**2 * layer.weight.pow(2).sum() / N
        if entropy:
            loss = loss - 128 / N * torch.distributions.Bernoulli(p).entropy()
        loss.backward()
        adam.step()
    return theta.detach().sigmoid().item()


IDIOMS = [{"fit_concrete_p": f} for f in (modules, halves, functional)]
