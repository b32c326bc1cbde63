"""Runs hypnos-bench and the peers, and collects what they measured."""

import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Iterable

PEERS_RUN = pathlib.Path(__file__).resolve().parents[1] / 'peers' / 'run.py'

# Name in the tables -> the library, and what is set for it. PyTorch's own threads and OpenBLAS's
# wait for one another by spinning, unless told not to: who knows that has a faster PyTorch.
PEERS = {
    'numpy': ('numpy', {}),
    'torch': ('torch', {}),
    'torch_passive': ('torch', {'OMP_WAIT_POLICY': 'passive'}),
}

# Seconds for each time_unit of Google Benchmark.
UNITS = {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1}

# Of a benchmark, what is no counter.
NO_COUNTERS = {'name', 'run_name', 'run_type', 'family_index', 'per_family_instance_index',
               'repetitions', 'repetition_index', 'threads', 'iterations', 'real_time', 'cpu_time',
               'time_unit'}

# What was measured once: name of the case -> {'seconds': …, counter: …}.
Round = dict[str, dict[str, float]]


class Failed(Exception):
    """A sentence."""


def plain_name(name: str) -> str:
    """Without what Google Benchmark adds to it."""
    return re.sub(r'/(iterations:\d+|real_time|manual_time|process_time)', '', name)


def run(command: list, **environment: str) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          env={**os.environ, **environment}, check=False)
    if done.returncode != 0:
        raise Failed(f'{" ".join(str(word) for word in command)} ended with {done.returncode}:\n'
                     f'{done.stderr.strip()}')
    return done.stdout


class Bench:
    """hypnos-bench."""

    def __init__(self, program: pathlib.Path, min_time: float, frames: int):
        self.program = program
        self.flags = [f'--benchmark_min_time={min_time}', f'--frames={frames}']
        self.context = {}

    def names(self, pattern: str) -> list[str]:
        return run([self.program, '--benchmark_list_tests', f'--benchmark_filter={pattern}',
                    *self.flags]).split()

    def measure(self, pattern: str) -> Round:
        report = json.loads(run([self.program, f'--benchmark_filter={pattern}',
                                 '--benchmark_format=json', *self.flags]))
        self.context = report['context']
        found = {}
        for case in report['benchmarks']:
            if 'error_message' in case:
                raise Failed(f"{case['name']}: {case['error_message']}")
            values = {key: value for key, value in case.items() if key not in NO_COUNTERS}
            values['seconds'] = case['real_time'] * UNITS[case['time_unit']]
            found[plain_name(case['name'])] = values
        return found

    def measure_alone(self, pattern: str) -> Round:
        """Each case in a process of its own, for its memory."""
        found = {}
        for name in self.names(pattern):
            found.update(self.measure(f'^{name}$'))
        return found

    def export(self, folder: pathlib.Path, only: str):
        run([self.program, '--export', folder, '--export-only', only])


def peer_json(peer: str, what: str, folders: Iterable[pathlib.Path], *flags: str) -> dict:
    library, environment = PEERS[peer]
    return json.loads(run([sys.executable, '-B', PEERS_RUN, library, what, *folders, *flags],
                          **environment))


def check_peer(peer: str, folders: list[pathlib.Path]) -> dict:
    """Raises Failed where its numbers are not ours."""
    return peer_json(peer, 'check', folders)


def time_peer(peer: str, folders: list[pathlib.Path], threads: int, seconds: float) -> Round:
    report = peer_json(peer, 'time', folders, '--threads', str(threads), '--seconds', str(seconds))
    return {f'Peer/{peer}/{pathlib.Path(folder).parent.name}/{pathlib.Path(folder).name}'
            f'/threads:{threads}': {'seconds': spent}
            for folder, spent in report['results'].items()}
