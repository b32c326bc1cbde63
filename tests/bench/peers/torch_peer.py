"""The layers in PyTorch, as one would write them there: no gradients kept, results in place."""

import numpy as np
import torch

from workload import ACTIVITY_MEMORY, SILENCE, Layer, Workload


class TorchLayer:

    def __init__(self, layer: Layer, workload: Workload):
        self.workload = workload
        units, fan_in = layer.weights.shape
        rows = workload.lanes * workload.batch
        self.below, self.above = layer.below, layer.above
        self.reads_itself = layer.reads_itself
        self.weights = torch.from_numpy(layer.weights.copy())
        self.bias = torch.from_numpy(layer.bias.copy())
        self.inputs = torch.zeros(rows, fan_in)
        self.response = torch.zeros(rows, units)
        self.h = torch.zeros(rows, units)
        self.out = torch.zeros(rows, units)
        self.good = torch.zeros(rows)
        self.activity = torch.zeros(units)
        if workload.learns and workload.velocity > 0:
            self.velocity = torch.zeros(units, fan_in)
            self.bias_velocity = torch.zeros(units)

    def read(self, below, above):
        """Lays what it reads side by side, its own output of the step before last."""
        self.inputs[:, :self.below] = below
        if self.above > 0:
            self.inputs[:, self.below:self.below + self.above] = above
        if self.reads_itself:
            self.inputs[:, self.below + self.above:] = self.out

    def look(self):
        if len(self.inputs) == 1:
            torch.addmv(self.bias, self.weights, self.inputs[0], out=self.response[0])
        else:
            torch.addmm(self.bias, self.inputs, self.weights.t(), out=self.response)
        self.response.relu_()
        torch.sum(self.response.square(), 1, out=self.good)
        self.h.mul_(1 - self.workload.damping).add_(self.response, alpha=self.workload.damping)
        mean_square = self.h.square().mean(1, keepdim=True)
        torch.mul(self.h, mean_square.add_(SILENCE).rsqrt_(), out=self.out)

    def learn(self, phases):
        """Turns the responses into the terms of the update, and moves the weights."""
        work, units, terms = self.workload, self.out.shape[1], self.response
        p = torch.sigmoid((self.good - work.threshold(units)) / work.temperature(units))
        for lane, phase in enumerate(phases):
            rows = work.rows_of(lane)
            if phase == 'negative':
                terms[rows].mul_((-p[rows] / work.batch)[:, None])
                continue
            peers = (self.activity.mean() - self.activity).mul_(
                work.peer_normalisation / work.batch)
            self.activity.mul_(ACTIVITY_MEMORY).add_(terms[rows].mean(0),
                                                     alpha=1 - ACTIVITY_MEMORY)
            terms[rows].mul_(((1 - p[rows]) / work.batch)[:, None]).add_(peers)
        self.move(terms)

    def move(self, terms):
        work = self.workload
        bias_gradient = terms.sum(0)
        if work.velocity > 0:
            self.add_outer(terms, self.velocity, keep=work.velocity, rate=1)
            self.bias_velocity.mul_(work.velocity).add_(bias_gradient)
            if work.keep != 1:
                self.weights.mul_(work.keep)
            self.weights.add_(self.velocity, alpha=work.rate)
            bias_gradient = self.bias_velocity
        else:
            self.add_outer(terms, self.weights, keep=work.keep, rate=work.rate)
        self.bias.mul_(work.keep).add_(bias_gradient, alpha=work.rate)

    def add_outer(self, terms, to, keep, rate):
        if len(terms) == 1:
            to.addr_(terms[0], self.inputs[0], beta=keep, alpha=rate)
        else:
            to.addmm_(terms.t(), self.inputs, beta=keep, alpha=rate)


class TorchPeer:

    def __init__(self, workload: Workload):
        torch.set_grad_enabled(False)
        self.workload = workload
        self.inputs = torch.from_numpy(workload.inputs)
        self.layers = [TorchLayer(layer, workload) for layer in workload.layers]

    def step(self, number: int):
        layers, x = self.layers, self.inputs[number]
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
        return self.layers[layer].out.numpy()

    def goodness(self, layer: int) -> np.ndarray:
        return self.layers[layer].good.numpy()

    def parameters(self, layer: int) -> tuple[np.ndarray, np.ndarray]:
        return self.layers[layer].weights.numpy(), self.layers[layer].bias.numpy()


def use_threads(count: int):
    torch.set_num_threads(count)


def version() -> str:
    return f'PyTorch {torch.__version__}'


def multiply():
    """A product large enough to go through BLAS."""
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))


Peer = TorchPeer
