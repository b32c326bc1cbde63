"""The layers in NumPy, as one would write them there: whole matrices, results in place."""

import numpy as np

from workload import ACTIVITY_MEMORY, SILENCE, Layer, Workload


class NumpyLayer:

    def __init__(self, layer: Layer, workload: Workload):
        self.workload = workload
        units, fan_in = layer.weights.shape
        rows = workload.lanes * workload.batch
        self.below, self.above = layer.below, layer.above
        self.reads_itself = layer.reads_itself
        self.weights, self.bias = layer.weights.copy(), layer.bias.copy()
        self.inputs = np.zeros((rows, fan_in), np.float32)
        self.response = np.zeros((rows, units), np.float32)
        self.h = np.zeros((rows, units), np.float32)
        self.out = np.zeros((rows, units), np.float32)
        self.good = np.zeros(rows, np.float32)
        self.activity = np.zeros(units, np.float32)
        if workload.learns:
            self.gradient = np.zeros_like(self.weights)
        if workload.learns and workload.velocity > 0:
            self.velocity = np.zeros_like(self.weights)
            self.bias_velocity = np.zeros_like(self.bias)

    def read(self, below, above):
        """Lays what it reads side by side, its own output of the step before last."""
        self.inputs[:, :self.below] = below
        if self.above > 0:
            self.inputs[:, self.below:self.below + self.above] = above
        if self.reads_itself:
            self.inputs[:, self.below + self.above:] = self.out

    def look(self):
        np.matmul(self.inputs, self.weights.T, out=self.response)
        self.response += self.bias
        np.maximum(self.response, 0, out=self.response)
        np.einsum('ij,ij->i', self.response, self.response, out=self.good)
        self.h *= 1 - self.workload.damping
        self.h += self.workload.damping * self.response
        mean_square = np.einsum('ij,ij->i', self.h, self.h) / self.h.shape[1]
        np.divide(self.h, np.sqrt(mean_square + SILENCE)[:, None], out=self.out)

    def learn(self, phases):
        """Turns the responses into the terms of the update, and moves the weights."""
        work, units, terms = self.workload, self.out.shape[1], self.response
        score = (self.good - work.threshold(units)) / work.temperature(units)
        p = 1 / (1 + np.exp(-score))
        for lane, phase in enumerate(phases):
            rows = work.rows_of(lane)
            if phase == 'negative':
                terms[rows] *= (-p[rows] / work.batch)[:, None]
                continue
            peers = work.peer_normalisation / work.batch * (self.activity.mean() - self.activity)
            self.activity *= ACTIVITY_MEMORY
            self.activity += (1 - ACTIVITY_MEMORY) * terms[rows].mean(axis=0)
            terms[rows] *= ((1 - p[rows]) / work.batch)[:, None]
            terms[rows] += peers
        self.move(terms)

    def move(self, terms):
        work = self.workload
        bias_gradient = terms.sum(axis=0)
        if work.velocity > 0:
            self.outer(terms)
            self.velocity *= work.velocity
            self.velocity += self.gradient
            self.bias_velocity *= work.velocity
            self.bias_velocity += bias_gradient
            np.multiply(self.velocity, work.rate, out=self.gradient)
            bias_gradient = self.bias_velocity
        else:
            terms *= work.rate
            self.outer(terms)
        if work.keep != 1:
            self.weights *= work.keep
            self.bias *= work.keep
        self.weights += self.gradient
        self.bias += work.rate * bias_gradient

    def outer(self, terms):
        if len(terms) == 1:  # faster than a matrix product over one row
            np.multiply(terms.T, self.inputs, out=self.gradient)
        else:
            np.matmul(terms.T, self.inputs, out=self.gradient)


class NumpyPeer:

    def __init__(self, workload: Workload):
        self.workload = workload
        self.layers = [NumpyLayer(layer, workload) for layer in workload.layers]

    def step(self, number: int):
        layers, x = self.layers, self.workload.inputs[number]
        if self.workload.recurrent:
            for i, layer in enumerate(layers):
                layer.read(x if i == 0 else layers[i - 1].out,
                           layers[i + 1].out if i + 1 < len(layers) else None)
        for i, layer in enumerate(layers):
            if not self.workload.recurrent:
                layer.read(x if i == 0 else layers[i - 1].out, None)
            layer.look()
            if self.workload.learns:
                layer.learn(self.workload.phases[number])

    def output(self, layer: int) -> np.ndarray:
        return self.layers[layer].out

    def goodness(self, layer: int) -> np.ndarray:
        return self.layers[layer].good

    def parameters(self, layer: int) -> tuple[np.ndarray, np.ndarray]:
        return self.layers[layer].weights, self.layers[layer].bias


def use_threads(_: int):
    """NumPy has OpenBLAS's threads only, which OPENBLAS_NUM_THREADS sets; see run.py."""


def version() -> str:
    return f'NumPy {np.__version__}'


def multiply():
    """A product large enough to go through BLAS."""
    np.matmul(np.ones((64, 64), np.float32), np.ones((64, 64), np.float32))


Peer = NumpyPeer
