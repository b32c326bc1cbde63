#!/usr/bin/env python3
"""Measures Hypnos beside its yardsticks and peers, and writes table, JSON and plots.

Called by scripts/bench, which says what the options mean.
"""

import argparse
import json
import pathlib
import shlex
import sys
import tempfile
import time

import machine
import measure
import tables
from measure import PEERS, Bench, Failed, Round

BEGIN = time.monotonic()
WORKLOADS = ['W1', 'W2', 'W3', 'W4']
THREADS = [1, 2]

# What is measured of each workload: by hypnos-bench, and by the peers, as shape/rule.
FULL = {
    'cases': {'W1': '^(ReadBandwidth|Batch1)/', 'W2': '^(Sgemm/784-3x1000|Batch100)/',
              'W3': '^(Sgemm/grid|Grid/)', 'W4': '^Growth/'},
    'again': '^Growth/layers:8/',  # in every round; the rest of W4 once
    'peers': {'W1': [f'{shape}/{rule}' for shape in ['3x1024', '8192x8192']
                     for rule in ['look', 'plain', 'velocity_0.9']],
              'W2': ['784-3x1000/velocity_0.9', '784-3x1000/peer_normalised']},
    'checks': {'W1': ['small_batch1/', '3x1024/', '8192x8192/'],
               'W2': ['small_batch100/', '784-3x1000/']},
    'min_time': 1, 'frames': 192, 'peer_seconds': 0.5, 'rounds': 3,
}
QUICK = {
    'cases': {'W1': '^(ReadBandwidth|Batch1)/3x1024/.*(streams:4/pages:huge|look|plain)/threads:2',
              'W2': '^(Sgemm/784-3x1000/split|Batch100/.*/velocity_0.9)/threads:2',
              'W3': '^(Sgemm/grid_stride:16/split|Grid/stride:16/streams:2)/threads:[12]/',
              'W4': '^Growth/(width:(256|512)/|layers:(2|8)/|streams:[12]/|steps:1000/)'},
    'again': '^Growth/layers:8/',
    'peers': {'W1': ['3x1024/look', '3x1024/plain'], 'W2': ['784-3x1000/velocity_0.9']},
    'checks': {'W1': ['small_batch1/', '3x1024/look', '3x1024/plain'],
               'W2': ['small_batch100/', '784-3x1000/velocity_0.9']},
    'min_time': 0.01, 'frames': 12, 'peer_seconds': 0.02, 'rounds': 1,
}


def say(sentence: str):
    print(f'[{time.monotonic() - BEGIN:4.0f} s] {sentence}', flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument('--program', type=pathlib.Path, required=True)
    parser.add_argument('--results', type=pathlib.Path, required=True)
    parser.add_argument('--only', choices=WORKLOADS, action='append')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--rounds', type=int)
    asked = parser.parse_args()
    asked.only = asked.only or WORKLOADS
    return asked


def export_and_check(bench: Bench, plan: dict, workloads: list[str], folder: pathlib.Path) -> dict:
    """The peers' versions, and how far apart all are."""
    checked = {}
    for workload in workloads:
        for only in plan['checks'].get(workload, []):
            bench.export(folder, only)
    folders = sorted(path.parent for path in folder.glob('*/*/options.json'))
    if not folders:
        return checked
    for peer in ['numpy', 'torch']:
        say(f'checking that {peer} computes the same: {len(folders)} workloads')
        checked[peer] = measure.check_peer(peer, folders)
    return checked


def measure_round(bench: Bench, plan: dict, workload: str, first: bool,
                  exported: pathlib.Path) -> Round:
    """One workload: Hypnos and yardsticks, then the peers."""
    if workload == 'W4':
        return bench.measure_alone(plan['cases']['W4'] if first else plan['again'])
    measured = bench.measure(plan['cases'][workload])
    folders = [exported / name for name in plan['peers'].get(workload, [])]
    for peer in PEERS if folders else []:
        for threads in THREADS:
            measured.update(measure.time_peer(peer, folders, threads, plan['peer_seconds']))
    return measured


def write(asked, bench: Bench, rounds: list[Round], checked: dict) -> list[tables.Line]:
    lines = tables.lines_of(rounds, asked.only)
    described = machine.describe(bench.context)
    for report in checked.values():
        described[report['version'].split()[0]] = report['version'].split()[1]
    command = shlex.join(['scripts/bench', *(['--quick'] if asked.quick else []),
                          *(word for workload in asked.only if asked.only != WORKLOADS
                            for word in ('--only', workload))])
    asked.results.mkdir(parents=True, exist_ok=True)
    (asked.results / 'table.md').write_text(tables.report(described, command, lines, rounds),
                                            encoding='utf-8')
    everything = {
        'command': command, 'machine': described, 'rounds': rounds, 'peers_checked': checked,
        'targets': [{'workload': line.target.workload, 'what': line.target.what,
                     'at_most': line.target.at_most, 'at_least': line.target.at_least,
                     'ratios': line.ratios, 'verdict': line.verdict} for line in lines],
    }
    (asked.results / 'results.json').write_text(json.dumps(everything, indent=1), encoding='utf-8')
    if 'W4' in asked.only:
        import plots  # pylint: disable=import-outside-toplevel  # slow to load
        plots.draw_all(tables.medians(rounds), asked.results)
    return lines


def main() -> int:
    asked = arguments()
    plan = QUICK if asked.quick else FULL
    count = asked.rounds or plan['rounds']
    bench = Bench(asked.program, plan['min_time'], plan['frames'])
    with tempfile.TemporaryDirectory(prefix='hypnos-bench-') as temporary:
        exported = pathlib.Path(temporary)
        if any(workload in plan['checks'] for workload in asked.only):
            say('writing weights, inputs and results for the peers')
        checked = export_and_check(bench, plan, asked.only, exported)
        rounds = []
        for number in range(1, count + 1):
            measured = {}
            for workload in asked.only:
                say(f'measuring {workload}, round {number} of {count}')
                measured.update(measure_round(bench, plan, workload, number == 1, exported))
            rounds.append(measured)
    lines = write(asked, bench, rounds, checked)
    print(tables.targets_table(lines))
    say(f'written to {asked.results}')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f'bench: {failure}')
