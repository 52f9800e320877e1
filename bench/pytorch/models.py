"""The network of src/model/graph.ts (one layer, one head, one target, one step) three times in PyTorch, each as lean as eager mode
lets it be: in floats, with the fake quantisation of src/training, and with a fake quantiser at every one of 36 points."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Plain(nn.Module):
    """In floats. The variants override `point` (a tensor between operators), `weight` and `attend`."""

    def __init__(self, window, inputs, d_model):
        super().__init__()
        self.window, self.d_model = window, d_model
        d, f = d_model, 4 * d_model
        self.embed = nn.Linear(inputs, d, bias=False)
        self.position = nn.Parameter(0.1 * torch.randn(window, d))
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d, d) for _ in range(4))
        self.norm1, self.norm2 = nn.BatchNorm1d(d), nn.BatchNorm1d(d)
        self.linear1, self.linear2 = nn.Linear(d, f), nn.Linear(f, d)
        self.head, self.skip = nn.Linear(d, 1), nn.Linear(window * inputs, 1)

    def point(self, name, x):
        return torch.relu(x) if name == "hidden" else x

    def weight(self, layer):
        return layer.weight

    def linear(self, layer, x):
        return F.linear(x, self.weight(layer), layer.bias)

    def attend(self, q, k, v):
        scores = torch.bmm(q, k.transpose(1, 2)) * (1 / math.sqrt(self.d_model))
        return torch.bmm(torch.softmax(scores, -1), v)

    def forward(self, x):
        batch, n, d = x.shape[0], self.window, self.d_model
        x = self.point("window", x)
        y = self.point("embedded", self.linear(self.embed, x) + self.position)
        q = self.point("query", self.linear(self.q_proj, y))
        k = self.point("key", self.linear(self.k_proj, y))
        v = self.point("value", self.linear(self.v_proj, y))
        context = self.point("context", self.attend(q, k, v))
        attended = (y + self.linear(self.out_proj, context)).reshape(batch * n, d)
        y = self.point("norm1", self.norm1(attended))
        hidden = self.point("hidden", self.linear(self.linear1, y))
        y = self.point("norm2", self.norm2(y + self.linear(self.linear2, hidden)))
        branch = self.linear(self.head, y.reshape(batch, n, d).mean(1))
        skipped = self.linear(self.skip, x.reshape(batch, -1))
        return self.point("forecast", branch + skipped + x[:, -1, :1])


ON = torch.ones(1, dtype=torch.long)


class LearnedTensor(torch.autograd.Function):
    """scale * (clamp(round(x / scale) + zero) - zero) with the derivatives of LSQ and LSQ+. The sums for scale and zero point are two dot
    products and two sums, since scale * slope is what quantisation added where x is inside the range, and the result outside."""

    @staticmethod
    def forward(ctx, x, scale, zero, lo, hi):
        y, inside = torch._fake_quantize_per_tensor_affine_cachemask_tensor_qparams(
            x, scale, zero.round().to(torch.int32), ON, lo, hi
        )
        ctx.save_for_backward(x, y, inside, scale)
        return y

    @staticmethod
    def backward(ctx, g):
        x, y, inside, scale = ctx.saved_tensors
        through = g * inside
        slope = torch.dot(g.reshape(-1), y.reshape(-1)) - torch.dot(through.reshape(-1), x.reshape(-1))
        return through, slope / scale, scale * (through.sum() - g.sum()), None, None


class LearnedRows(torch.autograd.Function):
    """The same for a weight with a scale per row."""

    @staticmethod
    def forward(ctx, w, scales, zeros, limit):
        y, inside = torch.ops.aten.fake_quantize_per_channel_affine_cachemask(w, scales, zeros, 0, -limit, limit)
        ctx.save_for_backward(w, y, inside, scales)
        return y

    @staticmethod
    def backward(ctx, g):
        w, y, inside, scales = ctx.saved_tensors
        through = g * inside
        return through, (g * y - through * w).sum(1) / scales, None, None


class TableSoftmax(torch.autograd.Function):
    """Exponentials of 8 bits over their sum; the derivative of the softmax that they sample."""

    @staticmethod
    def forward(ctx, scores):
        e = torch.exp(scores - scores.amax(-1, keepdim=True)).mul_(255).round_()
        p = e.div_(e.sum(-1, keepdim=True))
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        return torch._softmax_backward_data(g, p, -1, p.dtype)


class Equivalent(Plain):
    """Fake quantisation at the points of src/model/graph.ts: 10 tensors, the scores and the exponentials, every weight; learned steps."""

    SYMMETRIC = ("query", "key", "value", "scores")

    def __init__(self, window, inputs, d_model, bits):
        super().__init__(window, inputs, d_model)
        self.bits = bits
        self.widths = {"window": 12, "forecast": 16, "scores": 8}
        points = "window embedded query key value scores context norm1 hidden norm2 forecast".split()
        self.scales = nn.ParameterDict({name: nn.Parameter(torch.ones(1)) for name in points})
        self.zeros = nn.ParameterDict({name: nn.Parameter(torch.zeros(1)) for name in points})
        layers = [layer for layer in self.modules() if isinstance(layer, nn.Linear)]
        self.rows = {id(layer): nn.Parameter(torch.ones(layer.out_features)) for layer in layers}
        self.row_scales = nn.ParameterList(self.rows.values())
        self.row_zeros = {id(layer): torch.zeros(layer.out_features, dtype=torch.int32) for layer in layers}
        for name in ("window", "forecast"):  # keep the range they were calibrated to
            self.scales[name].requires_grad_(False)
        for name in ("window", "forecast", "hidden", *self.SYMMETRIC):
            self.zeros[name].requires_grad_(False)
        self.calibrating = False

    def calibrate(self, x):
        """Ranges from one batch; the speed does not depend on them, but all-clamped tensors would be another computation."""
        limit = 2 ** (self.bits - 1) - 1
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                self.rows[id(layer)].data.copy_(layer.weight.data.abs().amax(1) / limit)
        self.calibrating = True
        with torch.no_grad():
            self.forward(x)
        self.calibrating = False

    def point(self, name, x):
        bits = self.widths.get(name, self.bits)
        half = 2 ** (bits - 1)
        lo, hi = (1 - half if name in self.SYMMETRIC else -half), half - 1
        scale, zero = self.scales[name], self.zeros[name]
        if self.calibrating:
            least, most = min(0.0, float(x.min())), float(x.max())
            if name in self.SYMMETRIC:
                scale.data.fill_(max(-least, most) / hi)
            elif name == "hidden":
                scale.data.fill_(most / (2**bits - 1))
                zero.data.fill_(lo)
            else:
                scale.data.fill_((most - least) / (2**bits - 1))
                zero.data.fill_(round(lo - least / float(scale)))
        return LearnedTensor.apply(x, scale, zero, lo, hi)

    def weight(self, layer):
        key = id(layer)
        return LearnedRows.apply(layer.weight, self.rows[key], self.row_zeros[key], 2 ** (self.bits - 1) - 1)

    def attend(self, q, k, v):
        scores = self.point("scores", torch.bmm(q, k.transpose(1, 2)) * (1 / math.sqrt(self.d_model)))
        return torch.bmm(TableSoftmax.apply(scores), v)


class Point(nn.Module):
    """A fake quantiser of its own with a min-max observer that widens with every batch it sees."""

    def __init__(self, bits):
        super().__init__()
        self.lo, self.hi = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        self.least, self.most = torch.zeros(()), torch.zeros(())

    def forward(self, x):
        with torch.no_grad():
            least, most = torch.aminmax(x)
            self.least, self.most = torch.minimum(self.least, least), torch.maximum(self.most, most)
            scale = (self.most - self.least).div_(self.hi - self.lo).clamp_(min=1e-8)
            zero = (self.lo - torch.round(self.least / scale)).clamp_(self.lo, self.hi).to(torch.int32)
        return torch.fake_quantize_per_tensor_affine(x, scale, zero, self.lo, self.hi)


class ThirtySix(nn.Module):
    """The network of the papers (no skip, no persistence) with a quantiser for every weight, bias and result: 36 of them.
    A map has three (weight, bias, result), and there are eight of them; the rest are the samples, the positions and their sum, scores,
    probabilities, context, two residual sums, two norms, the ReLU and the mean."""

    def __init__(self, window, inputs, d_model, bits):
        super().__init__()
        self.window, self.d_model = window, d_model
        d, f = d_model, 4 * d_model
        self.maps = nn.ModuleDict(
            dict(
                embed=nn.Linear(inputs, d),
                q=nn.Linear(d, d),
                k=nn.Linear(d, d),
                v=nn.Linear(d, d),
                o=nn.Linear(d, d),
                f1=nn.Linear(d, f),
                f2=nn.Linear(f, d),
                head=nn.Linear(d, 1),
            )
        )
        self.position = nn.Parameter(0.1 * torch.randn(window, d))
        self.norm1, self.norm2 = nn.BatchNorm1d(d), nn.BatchNorm1d(d)
        between = "samples position positioned scores probabilities context sum1 norm1 relu sum2 norm2 mean".split()
        names = [f"{name}_{part}" for name in self.maps for part in ("weight", "bias", "result")] + between
        assert len(names) == 36, len(names)
        self.points = nn.ModuleDict({name: Point(bits) for name in names})

    def linear(self, name, x):
        layer, points = self.maps[name], self.points
        y = F.linear(x, points[f"{name}_weight"](layer.weight), points[f"{name}_bias"](layer.bias))
        return points[f"{name}_result"](y)

    def forward(self, x):
        batch, n, d = x.shape[0], self.window, self.d_model
        points = self.points
        y = self.linear("embed", points["samples"](x))
        y = points["positioned"](y + points["position"](self.position))
        q, k, v = (self.linear(name, y) for name in "qkv")
        scores = points["scores"](torch.bmm(q, k.transpose(1, 2)) * (1 / math.sqrt(d)))
        p = points["probabilities"](torch.softmax(scores, -1))
        attended = self.linear("o", points["context"](torch.bmm(p, v)))
        y = points["norm1"](self.norm1(points["sum1"](y + attended).reshape(batch * n, d)))
        hidden = points["relu"](torch.relu(self.linear("f1", y)))
        y = points["norm2"](self.norm2(points["sum2"](y + self.linear("f2", hidden))))
        return self.linear("head", points["mean"](y.reshape(batch, n, d).mean(1)))


def build(engine, window, inputs, d_model, bits, x):
    """`x`: a batch of windows like those to come."""
    torch.manual_seed(1)
    if engine == "pytorch-fp32":
        return Plain(window, inputs, d_model)
    if engine == "pytorch-qat":
        model = Equivalent(window, inputs, d_model, bits)
        model.calibrate(x)
        return model
    if engine == "pytorch-qat-36":
        return ThirtySix(window, inputs, d_model, bits)
    raise ValueError(f"no engine {engine}")
