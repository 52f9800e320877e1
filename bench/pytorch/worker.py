"""A process that a bench speaks to: one JSON object per line in and out. The first line it writes says which PyTorch it is."""

import json
import sys
import time

import torch

from models import build

state = {}


def data(count, window, inputs):
    """Windows of a noisy wave, and targets beside their last value: nothing here depends on what the numbers are."""
    torch.manual_seed(0)
    time_axis = torch.arange(count + window, dtype=torch.float32)
    series = torch.sin(time_axis[:, None] * 0.02 + torch.arange(inputs)) + 0.1 * torch.randn(count + window, inputs)
    x = series.unfold(0, window, 1)[:count].transpose(1, 2).contiguous()
    return x, series[window : window + count, :1].contiguous()


def prepare_training(request):
    x, y = data(request["windows"], request["window"], request["inputs"])
    batch = request["batch"]
    model = build(request["engine"], request["window"], request["inputs"], request["dModel"], request["bits"], x[:batch])
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=1e-3, foreach=True)

    def work():
        """One step: gather, forward, backward, Adam."""
        indices = torch.randint(x.shape[0], (batch,))
        loss = torch.nn.functional.mse_loss(model(x[indices]), y[indices])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return batch

    return work


def prepare_evaluation(request):
    x, _ = data(request["windows"], request["window"], request["inputs"])
    model = build("pytorch-fp32", request["window"], request["inputs"], request["dModel"], 8, x[:64])
    model.eval()

    def pass_of(batch):
        def work():
            """All windows once."""
            with torch.inference_mode():
                for start in range(0, x.shape[0], batch):
                    model(x[start : start + batch])
            return x.shape[0]

        return work

    def speed(batch):
        work = pass_of(batch)
        work()
        samples, seconds = measure(work, request["trialSeconds"])
        return samples / seconds

    state["batch"] = max(request["batches"], key=speed)
    return pass_of(state["batch"])


def measure(work, cpu_seconds):
    """Samples and the CPU time of all threads, of about so many seconds."""
    before = time.process_time()
    samples = 0
    while True:
        samples += work()
        spent = time.process_time() - before
        if spent >= cpu_seconds:
            return samples, spent


def answer(request):
    command = request["command"]
    if command == "training":
        state[request["name"]] = prepare_training(request)
        return {}
    if command == "evaluation":
        state[request["name"]] = prepare_evaluation(request)
        return {"batch": state["batch"]}
    if command == "measure":
        started = time.perf_counter()
        samples, spent = measure(state[request["name"]], request["cpuSeconds"])
        return {"samples": samples, "cpuSeconds": spent, "seconds": time.perf_counter() - started}
    raise ValueError(f"no command {command}")


def blas():
    """The library behind matrix products, as far as it can be told: OpenBLAS and the like, or the slow reference one."""
    if "BLAS_INFO=mkl" in torch.__config__.show():
        return "mkl"
    torch.ones(64, 64) @ torch.ones(64, 64)
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1].lower() for line in maps if "/" in line}
    except OSError:
        return "unknown"
    for name in ("openblas", "blis", "atlas"):
        if any(name in path for path in paths):
            return name
    return "reference" if any("/libblas." in path for path in paths) else "unknown"


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


torch.set_num_threads(int(sys.argv[1]))
torch.set_flush_denormal(True)
say({"torch": torch.__version__, "python": sys.version.split()[0], "threads": torch.get_num_threads(), "blas": blas()})
for line in sys.stdin:
    try:
        say(answer(json.loads(line)))
    except Exception as error:  # the bench names it and ends
        say({"error": f"{type(error).__name__}: {error}"})
