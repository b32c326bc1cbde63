#!/usr/bin/env python3
"""What it costs that another daemon computes a layer: bytes and microseconds a step against the
layers' width, and frames a second of one process and of two, through a NATS server on loopback.

usage: measure_layers.py FOLDER_OF_PROGRAMS [--widths 256,1024] [--seconds 10] [--rounds 2] [--slow]

Of a network of two layers of one width, the second of them elsewhere, lossless; 64 places that read
8 x 8 pixels each; a dream beside each frame. Each process has one thread, so that two of them are what
two machines of one core would be; beside it stands one process with two threads. Prints a table;
nothing else should run meanwhile.

--slow: live instead, layers of 256 units, the host behind a line that is slow: what that costs in frames a
second, and at how many steps something older than their own answer stood in.
"""

import argparse
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / room) for room in ['daemon', 'support']]
import nats_server  # noqa: E402
from slow_relay import SlowRelay  # noqa: E402

HEAD = '''
sources:
  - name: glyphs
    synthetic: {{scene: glyphs, width: 64, height: 64, frames: 0}}
encoding: {{patches: {{size: 8}}}}
network: {{layers: [{{units: {width}}}, {{units: {width}}}]}}
learning: {{rule: interleaved}}
probe: {{sequences: 0}}
pipeline: {{threads: {threads}}}
control: {{socket: ''}}
web: {{port: 0}}
{more}
'''
BROKER = 'broker: {{url: "{url}", name: {name}, folder: {folder}/{name}}}\n'


class Daemon:

    def __init__(self, program: pathlib.Path, folder: pathlib.Path, name: str, text: str):
        config = folder / f'{name}.yaml'
        config.write_text(text, encoding='utf-8')
        self.log = folder / f'{name}.log'
        with self.log.open('w', encoding='utf-8') as log:
            self.process = subprocess.Popen([program, '--config', config], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log)

    def metrics(self) -> dict[str, float]:
        while not (url := re.search(r'dashboard: (http://[\d.:]+)', self.log.read_text(encoding='utf-8'))):
            assert self.process.poll() is None, self.log.read_text(encoding='utf-8')
            time.sleep(0.05)
        with urllib.request.urlopen(url[1] + '/metrics', timeout=30) as page:
            text = page.read().decode()
        return {name: float(value) for name, value in re.findall(r'^(hypnos_\w+)(?:\{[^}]*\})? (\S+)$', text, re.MULTILINE)}

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def watch(daemon: Daemon, seconds: float) -> dict[str, float]:
    """What each counter rose by in a second."""
    while daemon.metrics().get('hypnos_frames_total', 0) < 20:
        time.sleep(0.1)
    begin, before = time.monotonic(), daemon.metrics()
    time.sleep(seconds)
    after, took = daemon.metrics(), time.monotonic() - begin
    return {name: (value - before.get(name, 0)) / took for name, value in after.items()}


def measure(program: pathlib.Path, folder: pathlib.Path, url: str, width: int, seconds: float) -> dict[str, float]:
    row = {'width': width}
    for threads in [1, 2]:
        alone = Daemon(program, folder, f'alone-{width}-{threads}', HEAD.format(width=width, threads=threads, more=''))
        row[f'alone_{threads}'] = watch(alone, seconds)['hypnos_frames_total']
        alone.end()
    for suffix, mode in [('', 'mode: lossless'), ('_bf16', PATIENT)]:
        measure_spread(program, folder, url, width, mode, seconds, suffix, row)
    return row


# Live, and every answer is waited for.
PATIENT = 'mode: live, activities: bf16, late_after_milliseconds: 60000'


def measure_spread(program: pathlib.Path, folder: pathlib.Path, url: str, width: int, mode: str,
                   seconds: float, suffix: str, row: dict[str, float]):
    host = Daemon(program, folder, 'host', BROKER.format(url=url, name='host', folder=folder) +
                  "hosts: [{network: bench, layers: [2]}]\npipeline: {threads: 1}\ncontrol: {socket: ''}\n")
    head = Daemon(program, folder, 'head', HEAD.format(
        width=width, threads=1, more=BROKER.format(url=url, name='head', folder=folder) +
        f'spread: {{network: bench, layers: [2], {mode}}}'))
    rates = watch(head, seconds)
    steps = rates['hypnos_remote_layer_steps_total']
    row['spread' + suffix] = rates['hypnos_frames_total']
    row['bytes' + suffix] = (rates['hypnos_remote_layer_sent_bytes_total'] +
                             rates['hypnos_remote_layer_received_bytes_total']) / steps
    row['microseconds' + suffix] = 1e6 * rates['hypnos_remote_layer_answering_seconds_total'] / steps
    head.end()
    host.end()


# A name, and of the host's line: seconds of delay, of jitter, of each stall, and between two of them.
LINES = [('none', 0, 0, 0, 0), ('10 ms, jitter 3 ms', 0.01, 0.003, 0, 0), ('50 ms, jitter 20 ms', 0.05, 0.02, 0, 0),
         ('50 ms, jitter 20 ms, of every 10 s one without anything', 0.05, 0.02, 1, 10)]


def measure_slow(program: pathlib.Path, folder: pathlib.Path, server, seconds: float):
    print('| delay, there and back each | frames/s | steps/s | late steps, % |\n|---|---|---|---|', flush=True)
    for name, *line in LINES:
        relay = SlowRelay(server.port, *line)
        host = Daemon(program, folder, 'host', BROKER.format(url=f'nats://127.0.0.1:{relay.port}', name='host', folder=folder) +
                      "hosts: [{network: bench, layers: [2]}]\npipeline: {threads: 1}\ncontrol: {socket: ''}\n")
        head = Daemon(program, folder, 'head', HEAD.format(
            width=256, threads=1, more=BROKER.format(url=server.url, name='head', folder=folder) +
            'spread: {network: bench, layers: [2], mode: live}'))
        rates = watch(head, seconds)
        steps = rates['hypnos_remote_layer_steps_total']
        print(f"| {name} | {rates['hypnos_frames_total']:.1f} | {steps:.1f} | "
              f"{100 * rates['hypnos_remote_layer_late_steps_total'] / steps:.1f} |", flush=True)
        head.end()
        host.end()
        relay.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('programs', type=pathlib.Path)
    parser.add_argument('--widths', default='128,256,512,1024,2048')
    parser.add_argument('--seconds', type=float, default=10)
    parser.add_argument('--rounds', type=int, default=2)
    parser.add_argument('--slow', action='store_true')
    arguments = parser.parse_args()
    if lacking := [program for program in nats_server.missing() if program == 'nats-server']:
        sys.exit(f'{lacking[0]} is not here: scripts/install-packages test')
    program = arguments.programs / 'hypnosd'
    if not program.exists():
        sys.exit(f'{program} is not there: build it first')
    if arguments.slow:
        with tempfile.TemporaryDirectory() as name:
            server = nats_server.NatsServer(pathlib.Path(name))
            server.start()
            try:
                measure_slow(program, pathlib.Path(name), server, arguments.seconds)
            finally:
                server.end()
        return
    print('| units | frames/s, one process, 1 thread | 2 threads | two processes | ratio to 1 thread | bytes a step | '
          'us to an answer | live in bf16: frames/s | bytes a step |\n|---|---|---|---|---|---|---|---|---|', flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = nats_server.NatsServer(folder)
        server.start()
        try:
            for width in map(int, arguments.widths.split(',')):
                for _ in range(arguments.rounds):
                    row = measure(program, folder, server.url, width, arguments.seconds)
                    print(f"| {width} | {row['alone_1']:.1f} | {row['alone_2']:.1f} | {row['spread']:.1f} | "
                          f"{row['spread'] / row['alone_1']:.2f} | {row['bytes']:.0f} | {row['microseconds']:.0f} | "
                          f"{row['spread_bf16']:.1f} | {row['bytes_bf16']:.0f} |",
                          flush=True)
        finally:
            server.end()


if __name__ == '__main__':
    main()
