"""Makes test/pytorch/gradients.json: forecasts, losses and gradients of the network in PyTorch (double precision, autograd), against
which src/training/pytorch.test.ts checks the engine. Run with a Python that has torch (Debian: python3-torch):

    /usr/bin/python3 test/pytorch/gradients.py > test/pytorch/gradients.json
"""

import json
import math

import torch

torch.set_default_dtype(torch.float64)


def numbers(index, count, scale):
    """The same numbers as `numbers` in src/training/testing/formula.ts: no weights need to be stored."""
    return torch.tensor([scale * (((i * 7919 + (index + 1) * 104729) % 2003) / 2003 - 0.5) for i in range(count)])


def f32(tensor):
    return tensor.to(torch.float32).to(torch.float64)


class Quantise(torch.autograd.Function):
    """scale * (clamp(floor(x / scale + 1/2) + zero) - zero), with the gradients of LSQ and LSQ+ (without their scaling)."""

    @staticmethod
    def forward(ctx, x, scale, zero, lo, hi):
        v = x / scale
        code = torch.floor(v + 0.5) + zero
        clamped = code.clamp(lo, hi)
        ctx.save_for_backward(v, code, clamped, scale, zero)
        return scale * (clamped - zero)

    @staticmethod
    def backward(ctx, g):
        v, code, clamped, scale, zero = ctx.saved_tensors
        inside = code == clamped
        slope = torch.where(inside, code - zero - v, clamped - zero)
        ds = (g * slope).sum_to_size(scale.shape)
        dz = torch.where(inside, torch.zeros_like(g), -scale * g).sum_to_size(zero.shape)
        return torch.where(inside, g, torch.zeros_like(g)), ds, dz, None, None


class TableSoftmax(torch.autograd.Function):
    """Score codes times scale -> exp codes over their sum; the derivative is that of a softmax with these probabilities."""

    @staticmethod
    def forward(ctx, scores, scale, bits):
        codes = torch.round(scores / scale)
        difference = codes.max(-1, keepdim=True).values - codes
        e = torch.floor((2**bits - 1) * torch.exp(-difference * scale) + 0.5)
        p = e / e.sum(-1, keepdim=True)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        return p * (g - (g * p).sum(-1, keepdim=True)), None, None


class Network:
    def __init__(self, a, bits, frozen):
        self.a, self.bits, self.frozen = a, bits, frozen
        self.parameters, self.buffers, self.quantisers, self.rows = {}, {}, {}, {}
        self.order = []

    def get(self, name, shape):
        if name in self.buffers:
            return self.buffers[name]
        if name not in self.parameters:
            count = math.prod(shape)
            index = len(self.order)
            self.order.append(name)
            if name.endswith("running_mean"):
                self.buffers[name] = f32(numbers(index, count, 0.5))
                return self.buffers[name]
            if name.endswith("running_var"):
                self.buffers[name] = f32(numbers(index, count, 0.5) + 0.75)
                return self.buffers[name]
            scale = 2 / math.sqrt(shape[-1]) if len(shape) > 1 and "position" not in name else 0.5
            values = numbers(index, count, scale)
            if "norm" in name and name.endswith("weight"):
                values = values + 1
            self.parameters[name] = f32(values).reshape(shape).requires_grad_()
        return self.parameters[name]

    def code(self, name, x, symmetric=False, relu=False, bits=None):
        if relu:
            x = torch.relu(x) if self.bits is None else x
        if self.bits is None:
            return x
        bits = bits or self.bits
        half = 2 ** (bits - 1)
        lo, hi = (1 - half if symmetric else -half), half - 1
        if name not in self.quantisers:
            with torch.no_grad():
                least = 0.0 if relu else min(float(x.min()), 0.0) * 0.8
                most = max(float(x.max()), 0.0) * 0.8
                if symmetric:
                    scale, zero = max(-least, most) / hi, 0
                else:
                    scale = (most - least) / (2**bits - 1)
                    zero = lo if relu else max(lo, min(hi, round(lo - least / scale)))
            self.quantisers[name] = (
                f32(torch.tensor([scale])).requires_grad_(),
                torch.tensor([float(zero)]).requires_grad_(),
            )
        scale, zero = self.quantisers[name]
        return Quantise.apply(x, scale, zero, lo, hi)

    def linear(self, name, x, rows, bias_name=None, bias_shape=None):
        w = self.get(f"{name}.weight", [rows, x.shape[-1]])
        b = self.get(bias_name or f"{name}.bias", bias_shape or [rows])
        if self.bits is not None:
            limit = 2 ** (self.bits - 1) - 1
            key = f"{name}.weight"
            if key not in self.rows:
                scale = f32(w.detach().abs().amax(1, keepdim=True) * 0.9 / limit)
                self.rows[key] = scale.requires_grad_()
            w = Quantise.apply(w, self.rows[key], torch.zeros(1), -limit, limit)
        return x @ w.T + b

    def norm(self, name, x):
        d = x.shape[-1]
        gamma, beta = self.get(f"{name}.weight", [d]), self.get(f"{name}.bias", [d])
        mean, var = self.get(f"{name}.running_mean", [d]), self.get(f"{name}.running_var", [d])
        if not self.frozen:
            flat = x.reshape(-1, d)
            mean, var = flat.mean(0), flat.var(0, unbiased=False)
        return (x - mean) / torch.sqrt(var + 1e-5) * gamma + beta

    def forward(self, x):
        a = self.a
        n, d, h, o = a["window"], a["dModel"], a["heads"], a["horizon"] * a["targets"]
        B = x.shape[0]
        folds = a["folds"]
        keys = "query" in folds
        x = self.code("window", x, bits=12)
        y = self.code("embedded", self.linear("embed", x, d, "embed.position", [n, d]), symmetric=keys)
        for layer in range(a["layers"]):
            stem = f"layers.{layer}"
            attn = f"{stem}.self_attn"
            q = self.code(f"{stem}.query", self.linear(f"{attn}.q_proj", y, d), symmetric=True)
            k = y if keys else self.code(f"{stem}.key", self.linear(f"{attn}.k_proj", y, d), symmetric=True)
            v = self.code(f"{stem}.value", self.linear(f"{attn}.v_proj", y, d), symmetric=True)
            q, k, v = (t.reshape(B, n, h, d // h).transpose(1, 2) for t in (q, k, v))
            scores = q @ k.transpose(-1, -2) / math.sqrt(d // h)
            if self.bits is None:
                p = torch.softmax(scores, -1)
            else:
                scores = self.code(attn, scores, symmetric=True, bits=8)
                p = TableSoftmax.apply(scores, self.quantisers[attn][0].detach(), 8)
            context = self.code(f"{stem}.context", (p @ v).transpose(1, 2).reshape(B, n, d))
            attended = context if "value" in folds else self.linear(f"{attn}.out_proj", context, d)
            y = self.code(f"{stem}.norm1", self.norm(f"{stem}.norm1", y + attended))
            hidden = self.code(f"{stem}.hidden", self.linear(f"{stem}.linear1", y, a["feedForward"]), relu=True)
            if "tail" in folds and layer == a["layers"] - 1:
                break
            contracted = self.linear(f"{stem}.linear2", hidden, d)
            y = self.code(f"{stem}.norm2", self.norm(f"{stem}.norm2", y + contracted), symmetric=keys)
        forecast = self.linear("head", y.mean(1), o)
        if "tail" in folds:
            forecast = forecast + self.linear("head_hidden", hidden.mean(1), o)
        if a["skip"]:
            forecast = forecast + self.linear("skip", x.reshape(B, -1), o)
        if a["persistence"] is not None:
            forecast = forecast + x[:, -1, a["persistence"]].repeat(1, a["horizon"])
        return self.code("forecast", forecast, bits=16)


def case(a, batch, bits=None, frozen=False):
    net = Network(a, bits, frozen)
    n, m, o = a["window"], a["inputs"], a["horizon"] * a["targets"]
    x = f32(numbers(1000, batch * n * m, 4)).reshape(batch, n, m)
    y = f32(numbers(1001, batch * o, 4)).reshape(batch, o)
    forecast = net.forward(x)
    loss = ((forecast - y) ** 2).mean()
    loss.backward()
    short = lambda t: [float(f"{v:.7g}") for v in t.detach().reshape(-1).tolist()]
    result = {
        "architecture": a,
        "batch": batch,
        "bits": bits,
        "frozen": frozen,
        "order": net.order,
        "forecasts": short(forecast),
        "loss": loss.item(),
        "gradients": {name: short(p.grad) for name, p in net.parameters.items()},
    }
    if bits is not None:
        result["quantisers"] = {
            name: {"scale": s.item(), "zero": z.item(), "dscale": s.grad.item(), "dzero": z.grad.item()}
            for name, (s, z) in net.quantisers.items()
        }
        result["rows"] = {name: {"scales": s.reshape(-1).tolist(), "gradients": short(s.grad)} for name, s in net.rows.items()}
    return result


def architecture(**options):
    a = dict(task="forecasting", window=5, inputs=1, targets=1, horizon=1, dModel=8, heads=1, layers=1, feedForward=12)
    a.update(dict(skip=True, persistence=[0], folds=[]), **options)
    return a


folded = architecture(window=6, inputs=2, targets=2, layers=2, persistence=[1, 0], folds=["value", "query", "tail"])
deep = architecture(window=6, inputs=3, targets=2, horizon=2, heads=2, layers=2, dModel=6, persistence=[2, 0])
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "cases": [
                case(architecture(), 9),
                case(deep, 11),
                case(deep, 11, frozen=True),
                case(architecture(window=9, heads=2, inputs=2, skip=False, persistence=None), 3),
                case(architecture(), 9, bits=8),
                case(architecture(), 9, bits=4, frozen=True),
                case(deep, 11, bits=8),
                case(deep, 11, bits=4),
                case(folded, 9),
                case(folded, 9, bits=8),
                case(folded, 9, bits=4, frozen=True),
            ],
        },
        separators=(",", ":"),
    )
)
