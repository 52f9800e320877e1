"""Makes test/pytorch/forecaster.safetensors and forecaster.json: a model of examples/pytorch/forecaster.py after a few steps of training,
windows, and what it forecasts of them, against which test/pytorch-example.test.ts checks the engine. The test also requires that they were
made by the example as it is now. Run with a Python that has torch:

    /usr/bin/python3 test/pytorch/forecaster.py && npx biome check --write test/pytorch/forecaster.json
"""

import hashlib
import json
import pathlib
import sys

import torch

here = pathlib.Path(__file__).resolve().parent
example = here.parent.parent / "examples" / "pytorch"
sys.path.insert(0, str(example))
from forecaster import Forecaster, save  # noqa: E402

torch.manual_seed(1)
torch.set_num_threads(1)
network = {"window": 6, "inputs": 3, "targets": 2, "horizon": 2, "d_model": 8, "heads": 2, "layers": 2, "feed_forward": 12}
columns = [2, 0]
model = Forecaster(**network, persistence=columns)
x = torch.randn(64, 6, 3).cumsum(1) / 2
y = torch.randn(64, 4)
optimiser = torch.optim.Adam(model.parameters(), 1e-2)
for _ in range(20):
    optimiser.zero_grad()
    ((model(x) - y) ** 2).mean().backward()
    optimiser.step()
model.eval()
save(model, here / "forecaster.safetensors")
with torch.no_grad():
    windows = (x[:16] * 1024).round() / 1024
    forecasts = model(windows)
made_by = hashlib.sha256((example / "forecaster.py").read_bytes()).hexdigest()
figures = {"sha256 of forecaster.py": made_by, **network, "persistence": columns, "windows": windows.flatten().tolist(), "forecasts": forecasts.flatten().tolist()}
(here / "forecaster.json").write_text(json.dumps(figures) + "\n")
