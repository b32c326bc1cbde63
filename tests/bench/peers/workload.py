"""A workload that hypnos-bench has written (--export), and what every peer does with one."""

import json
import pathlib
import time
from typing import NamedTuple

import numpy as np

# Added under the root of the length normalisation.
SILENCE = 1e-6
# m <- 0.9 m + 0.1 mean activity.
ACTIVITY_MEMORY = 0.9

# How far a peer's numbers may be from ours, as a share of the largest one of an array.
TOLERANCE = 1e-4

Layer = NamedTuple('Layer', [('weights', np.ndarray), ('bias', np.ndarray), ('below', int),
                             ('above', int), ('reads_itself', bool)])


class Workload:
    """What to compute. Lanes lie one below the other: row lane * batch + i."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.options = json.loads((folder / 'options.json').read_text(encoding='utf-8'))
        for name in ['batch', 'lanes', 'units', 'recurrent', 'damping', 'rate', 'velocity',
                     'peer_normalisation', 'phases']:
            setattr(self, name, self.options[name])
        self.keep = 1 - self.rate * self.options['weight_decay']
        self.steps = len(self.phases)
        self.learns = self.phases[0][0] != 'look'
        self.inputs = np.concatenate([self.start(f'inputs_{lane}') for lane in range(self.lanes)],
                                     axis=1)
        self.layers = [self._layer(index) for index in range(len(self.units))]

    def start(self, name: str) -> np.ndarray:
        """What all rules of a shape begin with."""
        return np.load(self.folder.parent / f'{name}.npy')

    def result(self, name: str) -> np.ndarray:
        return np.load(self.folder / f'{name}.npy')

    def _layer(self, index: int) -> Layer:
        last = index + 1 == len(self.units)
        return Layer(self.start(f'weights_{index}'), self.start(f'bias_{index}'),
                     below=self.options['inputs'] if index == 0 else self.units[index - 1],
                     above=0 if last or not self.recurrent else self.units[index + 1],
                     reads_itself=self.recurrent)

    def threshold(self, units: int) -> float:
        return self.options['threshold_per_unit'] * units

    def temperature(self, units: int) -> float:
        return self.options['temperature_per_unit'] * units

    def rows_of(self, lane: int) -> slice:
        return slice(lane * self.batch, (lane + 1) * self.batch)


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest one, as a share of the largest of our numbers. NaN where there is one."""
    largest = np.abs(ours).max()
    return float(np.abs(ours - theirs).max() / (largest if largest > 0 else 1))


def check(peer, workload: Workload) -> dict[str, float]:
    """How far apart we are, for each kind of number, after every step of the workload."""
    worst = {}

    def compare(kind: str, ours: np.ndarray, theirs: np.ndarray):
        found = difference(ours, theirs)
        # A NaN is larger than anything.
        if not found <= worst.get(kind, -1):
            worst[kind] = found

    lanes, layers = range(workload.lanes), range(len(workload.layers))
    outputs = [[workload.result(f'output_{layer}_{lane}') for lane in lanes] for layer in layers]
    goodness = [[workload.result(f'goodness_{layer}_{lane}') for lane in lanes] for layer in layers]
    for step in range(workload.steps):
        peer.step(step)
        for layer in layers:
            out, good = peer.output(layer), peer.goodness(layer)
            for lane in lanes:
                rows = workload.rows_of(lane)
                compare('output', outputs[layer][lane][step], out[rows])
                compare('goodness', goodness[layer][lane][step], good[rows])
    for layer in layers if workload.learns else []:
        weights, bias = peer.parameters(layer)
        ours, before = workload.result(f'weights_{layer}'), workload.layers[layer].weights
        compare('weights', ours, weights)
        compare('moves of weights', ours - before, weights - before)
        compare('bias', workload.result(f'bias_{layer}'), bias)
    return worst


def seconds_a_step(peer, workload: Workload, seconds: float) -> float:
    """The mean over whole rounds of the inputs, for about so long, after one round."""
    def play_round():
        for step in range(workload.steps):
            peer.step(step)

    play_round()
    rounds, begin = 0, time.perf_counter()
    while rounds == 0 or time.perf_counter() - begin < seconds:
        play_round()
        rounds += 1
    return (time.perf_counter() - begin) / (rounds * workload.steps)
