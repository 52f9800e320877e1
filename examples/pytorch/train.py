"""Trains Gatecast's network in PyTorch on columns of a CSV file, and writes what `gatecast train --from` reads. README.md has the commands.

Rows are split and standardised as Gatecast does it, so that both see the same numbers: a split column (train, validation, test; where
it names no validation rows, the last 15 % of train) or the first 70 % and the next 15 % of the rows; mean and standard deviation
over the training rows; with --time no window spans a gap. Missing values are not handled here: a row without a number is an error.
"""

import argparse
import collections
import csv
import datetime
import math

import torch

from forecaster import Forecaster, save


def read(options):
    """Standardised columns [rows, columns], the part of each row (0, 1, 2), and the number of the regular stretch each is in."""
    with open(options.data, newline="") as file:
        table = list(csv.DictReader(file))
    names = list(dict.fromkeys(options.inputs + options.targets))
    values = torch.tensor([[float(row[name]) for name in names] for row in table], dtype=torch.float64)
    parts = torch.tensor(split(table, options.split_column))
    training = values[parts == 0]
    mean, deviation = training.mean(0), training.std(0, unbiased=False)
    stretches = [0] * len(table)
    if options.time:
        times = [datetime.datetime.fromisoformat(row[options.time]) for row in table]
        steps = [later - earlier for earlier, later in zip(times, times[1:])]
        usual, _ = collections.Counter(steps).most_common(1)[0]
        for row, step in enumerate(steps):
            stretches[row + 1] = stretches[row] + (step != usual)
    return names, ((values - mean) / deviation).float(), parts, torch.tensor(stretches)


def split(table, column):
    if column is None:
        first, second = int(len(table) * 0.7), int(len(table) * 0.85)
        return [0 if row < first else 1 if row < second else 2 for row in range(len(table))]
    parts = [("train", "validation", "test").index(row[column]) for row in table]
    if 1 not in parts:
        training = [row for row, part in enumerate(parts) if part == 0]
        for row in training[len(training) - int(len(training) * 0.15) :]:
            parts[row] = 1
    return parts


def windows_of(series, parts, stretches, part, options, inputs, targets):
    """Windows [count, window, inputs] and the rows behind them [count, horizon * targets], for targets in one part."""
    n, horizon = options.window, options.horizon
    starts = torch.arange(len(series) - n - horizon + 1)
    whole = stretches[starts] == stretches[starts + n + horizon - 1]
    inside = (parts[starts + n] == part) & (parts[starts + n + horizon - 1] == part)
    starts = starts[whole & inside]
    x = series[starts[:, None] + torch.arange(n)][:, :, inputs]
    y = series[starts[:, None] + n + torch.arange(horizon)][:, :, targets].flatten(1)
    return x, y


def train(model, x, y, x_validation, y_validation, options):
    """Adam with a cosine schedule on the mean squared error; leaves the weights of the best epoch on validation."""
    optimiser = torch.optim.Adam(model.parameters(), options.learning_rate)
    steps = len(x) // options.batch * options.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 0.5 * (1 + math.cos(math.pi * step / steps)))
    best, best_weights = math.inf, None
    for epoch in range(options.epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(options.batch):
            if len(rows) < options.batch:
                continue
            optimiser.zero_grad()
            ((model(x[rows]) - y[rows]) ** 2).mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            loss = ((model(x_validation) - y_validation) ** 2).mean().item()
        print(f"epoch {epoch + 1}/{options.epochs}: validation loss {loss:.5f}", flush=True)
        if loss < best:
            best = loss
            best_weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    if best_weights is None:
        raise SystemExit("The training diverged: no validation loss is a number. Try a lower --learning-rate.")
    model.load_state_dict(best_weights)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="the CSV file")
    parser.add_argument("--target", required=True, help="the columns to forecast, with commas between them")
    parser.add_argument("--inputs", help="the columns of the window (default: the targets)")
    parser.add_argument("--split-column")
    parser.add_argument("--time", help="the column of times")
    for name, value in {"window": 24, "horizon": 1, "d-model": 16, "heads": 1, "layers": 1, "epochs": 30, "batch": 64, "seed": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--feed-forward", type=int, help="default: four times d_model")
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--out", default="model.safetensors")
    options = parser.parse_args()
    options.targets = options.target.split(",")
    options.inputs = options.inputs.split(",") if options.inputs else options.targets

    torch.manual_seed(options.seed)
    names, series, parts, stretches = read(options)
    inputs, targets = ([names.index(name) for name in columns] for columns in (options.inputs, options.targets))
    training, validation = (windows_of(series, parts, stretches, part, options, inputs, targets) for part in (0, 1))
    print(f"{len(training[0])} windows to train on, {len(validation[0])} for validation")
    # As in Gatecast, the forecast starts from the last value of each target, where all of them are inputs.
    known = all(name in options.inputs for name in options.targets)
    model = Forecaster(
        options.window,
        len(inputs),
        len(targets),
        options.horizon,
        options.d_model,
        options.heads,
        options.layers,
        options.feed_forward,
        persistence=[options.inputs.index(name) for name in options.targets] if known else [],
    )
    best = train(model, *training, *validation, options)
    save(model, options.out)
    print(f"{options.out}: validation loss {best:.5f}")


if __name__ == "__main__":
    main()
