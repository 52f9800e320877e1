"""Gatecast's network in PyTorch, for float models that are trained elsewhere: `forecaster.state_dict()` has the names of
docs/training.md, and `save` writes them as safetensors. Needs nothing but PyTorch.

Gatecast trains on standardised columns: (value - mean) / standard deviation, both over the training rows. So must this model be.
"""

import json
import math
import struct

import torch
from torch import nn


class Embedding(nn.Module):
    """A sample becomes a token: W x + position[t]. The table of positions is learned, and takes the place of a bias."""

    def __init__(self, window, inputs, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(d_model, inputs))
        self.position = nn.Parameter(0.1 * torch.randn(window, d_model))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return x @ self.weight.T + self.position


class Attention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x):
        batch, n, d = x.shape
        q, k, v = (p(x).view(batch, n, self.heads, -1).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(d // self.heads), -1)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(batch, n, d))


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each with a residual connection and batch normalisation behind it."""

    def __init__(self, d_model, heads, feed_forward):
        super().__init__()
        self.self_attn = Attention(d_model, heads)
        self.norm1, self.norm2 = nn.BatchNorm1d(d_model), nn.BatchNorm1d(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, feed_forward), nn.Linear(feed_forward, d_model)

    def forward(self, x):
        x = normalise(self.norm1, x + self.self_attn(x))
        return normalise(self.norm2, x + self.linear2(torch.relu(self.linear1(x))))


def normalise(norm, x):
    """BatchNorm1d over the features of every token, [batch, n, d]."""
    return norm(x.flatten(0, 1)).view_as(x)


class Forecaster(nn.Module):
    """[batch, window, inputs] -> [batch, horizon * targets]: the Transformer's branch + a linear skip + the last sample.

    `persistence`: the input column of each target (default: the first ones); empty: no last sample, for targets that are no inputs.
    """

    def __init__(self, window, inputs=1, targets=1, horizon=1, d_model=16, heads=1, layers=1, feed_forward=None, persistence=None):
        super().__init__()
        outputs = horizon * targets
        columns = list(range(targets)) if persistence is None else list(persistence)
        self.columns = columns * horizon
        self.embed = Embedding(window, inputs, d_model)
        self.layers = nn.ModuleList(Layer(d_model, heads, feed_forward or 4 * d_model) for _ in range(layers))
        self.head = nn.Linear(d_model, outputs)
        self.skip = nn.Linear(window * inputs, outputs)
        nn.init.zeros_(self.skip.weight)
        nn.init.zeros_(self.skip.bias)

    def forward(self, x):
        y = self.embed(x)
        for layer in self.layers:
            y = layer(y)
        forecast = self.head(y.mean(1)) + self.skip(x.flatten(1))
        return forecast + x[:, -1, self.columns] if self.columns else forecast


def save(model, path):
    """Writes the parameters of a model as safetensors (all F32), the way `gatecast train --from` reads them."""
    header, blocks, offset = {}, [], 0
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        values = tensor.detach().to(torch.float32).flatten().tolist()
        block = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(block)]}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))
