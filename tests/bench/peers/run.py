#!/usr/bin/env python3
"""Lets a peer compute workloads that hypnos-bench --export has written.

usage: run.py numpy|torch check FOLDER...
       run.py numpy|torch time FOLDER... [--threads N] [--seconds S]

check: fails, with a sentence for each, where the peer's numbers are not ours.
time: how long a step takes.
Both print JSON: {"version": …, "blas": …, "results": {FOLDER: …}}. The library must go through
OpenBLAS, as Hypnos does; where the system's BLAS is another one, it says so and ends.
"""

import argparse
import importlib
import json
import os
import pathlib
import re
import sys

PEERS = {'numpy': 'numpy_peer', 'torch': 'torch_peer'}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('peer', choices=PEERS)
    parser.add_argument('what', choices=['check', 'time'])
    parser.add_argument('folders', nargs='+', type=pathlib.Path)
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    parser.add_argument('--seconds', type=float, default=1)
    return parser.parse_args()


def blas_in_use(load_and_multiply) -> str:
    """The path of OpenBLAS, once a product has been computed. Exits where it is not there."""
    load_and_multiply()
    with open('/proc/self/maps', encoding='utf-8') as maps:
        loaded = {line.split()[-1] for line in maps if '/' in line}
    for path in sorted(loaded):
        if re.search(r'/libopenblas[^/]*\.so', path):
            return path
    others = sorted(path for path in loaded if re.search(r'/lib(blas|cblas|atlas|mkl)', path))
    sys.exit(f'the BLAS in use is not OpenBLAS but {", ".join(others) or "none"}: run '
             'update-alternatives --config libblas.so.3-<machine> and choose openblas')


def check_all(module, workload, folders) -> tuple[dict, list[str]]:
    results, sentences = {}, []
    for folder in folders:
        work = workload.Workload(folder)
        results[str(folder)] = worst = workload.check(module.Peer(work), work)
        # So that a NaN fails.
        bad = {kind: apart for kind, apart in worst.items() if not apart <= workload.TOLERANCE}
        sentences += [f'{folder}: {kind} differ by {apart:.3g} of the largest, more than '
                      f'{workload.TOLERANCE:g}' for kind, apart in bad.items()]
    return results, sentences


def time_all(module, workload, folders, seconds: float) -> dict:
    results = {}
    for folder in folders:
        work = workload.Workload(folder)
        results[str(folder)] = workload.seconds_a_step(module.Peer(work), work, seconds)
    return results


def main() -> int:
    asked = arguments()
    # Before the libraries are loaded, which read it then.
    os.environ['OPENBLAS_NUM_THREADS'] = os.environ['OMP_NUM_THREADS'] = str(asked.threads)
    try:
        workload = importlib.import_module('workload')
        module = importlib.import_module(PEERS[asked.peer])
    except ModuleNotFoundError as error:
        sys.exit(f'{sys.executable} has no {error.name}: install Debian\'s python3-{error.name} '
                 'and run this with /usr/bin/python3')
    module.use_threads(asked.threads)
    report = {'version': module.version(), 'blas': blas_in_use(module.multiply)}
    sentences = []
    if asked.what == 'check':
        report['results'], sentences = check_all(module, workload, asked.folders)
    else:
        report['results'] = time_all(module, workload, asked.folders, asked.seconds)
    print(json.dumps(report, indent=1))
    for sentence in sentences:
        print(f'{asked.peer}: {sentence}', file=sys.stderr)
    return 1 if sentences else 0


if __name__ == '__main__':
    sys.exit(main())
