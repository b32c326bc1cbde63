#!/usr/bin/env python3
"""Whether a daemon stays as it is for hours: memory, open files, and how long a frame takes.

usage: soak.py --daemon PATH_OF_HYPNOSD [--clip FILE] [--minutes M] [--warm-up-minutes M]
               [--samples FILE.csv]

A clip, looped in its own time; two layers of 256 units over 16x16 patches, awake and asleep in turns,
a checkpoint every minute, a recording within a budget. Samples every five seconds what the kernel and
the daemon say, prints a line for each ten minutes, and at the end the slope of resident memory by
least squares. What is told of the first minutes does not count: the memory of real sequences is
filled then. CPU time a frame is of the daemon and the processes that save, sleep included; latency is
from capture to score, median and 99th percentile of the last thousand frames at the end of the line.
"""

import argparse
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(TESTS / 'daemon'))
import control_client  # pylint: disable=wrong-import-position

CONFIGURATION = '''
sources:
  - name: watched
    pace: realtime
    file: {{path: "{clip}", rounds: 0}}
encoding:
  patches: {{size: 16}}
network:
  layers:
    - units: 256
    - units: 256
schedule: {{wake_steps: 128, sleep_steps: 32}}
checkpoint: {{folder: "{folder}/checkpoints", every_seconds: 60, keep: 3}}
record: {{enabled: true, folder: "{folder}/sessions", budget_megabytes: 256}}
'''
SAMPLE_SECONDS = 5
LINE_SECONDS = 600
COLUMNS = ['minutes', 'resident_kib', 'open_files', 'threads', 'frames', 'cpu_seconds', 'sleeps',
           'saved', 'latency_ms', 'latency_p99_ms']


def kernel_says(pid: int) -> dict:
    process = pathlib.Path('/proc') / str(pid)
    status = dict(line.split(':', 1) for line in
                  (process / 'status').read_text(encoding='ascii').splitlines())
    fields = (process / 'stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    ticks = sum(int(field) for field in fields[11:15])  # of children that were waited for, too
    return {
        'resident_kib': int(status['VmRSS'].split()[0]),
        'threads': int(status['Threads']),
        'open_files': len(os.listdir(process / 'fd')),
        'cpu_seconds': ticks / os.sysconf('SC_CLK_TCK'),
    }


def daemon_says(client) -> dict:
    status = client.ask('status')
    source = status.sources[0]
    return {
        'frames': status.frames,
        'sleeps': status.phase.sleeps,
        'saved': status.checkpoints.saved,
        'latency_ms': 1e3 * source.latency_seconds,
        'latency_p99_ms': 1e3 * source.latency_p99_seconds,
    }


def connect(control: pathlib.Path, process: subprocess.Popen):
    protocol = control_client.load_protocol()
    while process.poll() is None:
        try:
            return control_client.Client(protocol, control, 60)
        except OSError:
            time.sleep(0.1)
    sys.exit('soak.py: the daemon has ended; its last words stand above')


def line_of(samples: list) -> str:
    first, last = samples[0], samples[-1]
    frames = last['frames'] - first['frames']
    resident = [sample['resident_kib'] for sample in samples]
    files = [sample['open_files'] for sample in samples]
    return (f"| {first['minutes']:.0f} to {last['minutes']:.0f} | {min(resident)} | {max(resident)} "
            f"| {min(files)} to {max(files)} | {last['threads']} | {frames} "
            f"| {last['sleeps'] - first['sleeps']} | {last['saved'] - first['saved']} "
            f"| {1e3 * (last['cpu_seconds'] - first['cpu_seconds']) / frames:.1f} "
            f"| {last['latency_ms']:.1f} | {last['latency_p99_ms']:.1f} |")


def watch(process: subprocess.Popen, client, options, table):
    begin, samples, line = time.monotonic(), [], []
    print('| minutes | resident KiB, least | most | open files | threads | frames | sleeps '
          '| checkpoints | CPU ms a frame | latency ms | p99 |')
    print('|---|---|---|---|---|---|---|---|---|---|---|', flush=True)
    while (elapsed := time.monotonic() - begin) < 60 * options.minutes:
        sample = {'minutes': elapsed / 60, **kernel_says(process.pid), **daemon_says(client)}
        table.writerow(sample)
        samples.append(sample)
        line.append(sample)
        if sample['minutes'] - line[0]['minutes'] >= LINE_SECONDS / 60:
            print(line_of(line), flush=True)
            line = [sample]
        time.sleep(SAMPLE_SECONDS)
    return [sample for sample in samples if sample['minutes'] >= options.warm_up_minutes]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--daemon', required=True)
    parser.add_argument('--clip', default='/usr/share/doc/opencv-doc/examples/data/vtest.avi')
    parser.add_argument('--minutes', type=float, default=120)
    parser.add_argument('--warm-up-minutes', type=float, default=10)
    parser.add_argument('--samples', type=pathlib.Path, default=os.devnull)
    options = parser.parse_args()
    if not os.path.exists(options.clip):
        parser.error(f'{options.clip} is not there; scripts/install-packages demo brings the usual clip')
    with tempfile.TemporaryDirectory() as name, \
            open(options.samples, 'w', encoding='ascii', buffering=1) as file:
        folder = pathlib.Path(name)
        config, control = folder / 'hypnos.yaml', folder / 'control.sock'
        config.write_text(CONFIGURATION.format(clip=options.clip, folder=folder), encoding='utf-8')
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        with subprocess.Popen([options.daemon, '--config', config, '--control', control],
                              stdout=subprocess.DEVNULL) as process:
            client = connect(control, process)
            while not client.ask('status').frames:
                time.sleep(0.1)
            samples = watch(process, client, options, table)
            client.ask('shutdown')
            process.wait()
    if len(samples) < 2:
        sys.exit('soak.py: too short to tell; give it more --minutes or fewer --warm-up-minutes')
    slope = statistics.linear_regression([sample['minutes'] for sample in samples],
                                         [sample['resident_kib'] for sample in samples]).slope
    print(f'\nResident memory after the warm-up: slope {slope:.2f} KiB/min, '
          f"{samples[0]['resident_kib']} KiB at first, {samples[-1]['resident_kib']} KiB at last. "
          f'The daemon ended with {process.returncode}.')


if __name__ == '__main__':
    main()
