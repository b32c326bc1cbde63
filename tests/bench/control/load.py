#!/usr/bin/env python3
"""What clients cost the daemon: it learns on one core, all its clients live on another.

usage: load.py --daemon PATH_OF_HYPNOSD [--clients N] [--silent N] [--rounds N] [--seconds S]

Windows without and with clients in turns; of each, the daemon's CPU time a step. Most clients read
an update of everything each second; the silent ones ask for twenty a second and never read. Then
how long an answer takes while the daemon waits and while it learns, and how many updates a second
it hands out. Prints a table in Markdown.
"""

import argparse
import asyncio
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import client as control

# The same one where there is but one.
DAEMON_CORE, LOAD_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))

CONFIGURATION = '''
sources:
  - name: toy
    synthetic: {scene: glyphs, width: 320, height: 240, frames: 0}
encoding:
  patches: {size: 16}
network:
  layers:
    - units: 256
    - units: 256
pipeline: {threads: 1}
'''

TICKS = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid: int) -> float:
    pages = int(pathlib.Path(f'/proc/{pid}/statm').read_text(encoding='ascii').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20


class Load:

    def __init__(self, messages, path: str, pid: int, options):
        self.messages = messages
        self.path = path
        self.pid = pid
        self.options = options
        self.updates = 0

    async def connect(self, name='load'):
        return await control.Client.connect(self.messages, self.path, name)

    async def steps(self, asker) -> int:
        status = (await asker.ask(status=self.messages.StatusRequest())).status
        return status.frames + status.dream_steps

    async def window(self, asker) -> float:
        """Milliseconds of the daemon's CPU time a step."""
        cpu, steps = cpu_seconds(self.pid), await self.steps(asker)
        await asyncio.sleep(self.options.seconds)
        cpu, steps = cpu_seconds(self.pid) - cpu, await self.steps(asker) - steps
        return 1e3 * cpu / steps

    async def read_for_ever(self, reading):
        while True:
            await reading.receive_bytes()
            self.updates += 1

    async def open_clients(self):
        topics = [self.messages.ACTIVITY, self.messages.GOODNESS, self.messages.PHASE,
                  self.messages.SOURCES]
        reading, silent = [], []
        for number in range(self.options.clients):
            one = await self.connect()
            is_silent = number < self.options.silent
            await one.subscribe(topics, 20 if is_silent else 1)
            (silent if is_silent else reading).append(one)
        tasks = [asyncio.create_task(self.read_for_ever(one)) for one in reading]
        return reading, silent, tasks

    async def close_clients(self, reading, silent, tasks):
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in reading + silent:
            one.close()

    async def told_what_they_missed(self, silent) -> int:
        """How many of those that never read find it said in what they read at last."""
        told = 0
        for one in silent:
            dropped = 0
            deadline = time.monotonic() + 5
            while dropped == 0 and time.monotonic() < deadline:
                envelope = await asyncio.wait_for(one.receive(), 5)
                dropped = envelope.update.dropped
            told += dropped > 0
        return told

    async def turns(self, asker):
        alone, among, memory = [], [], [resident_mib(self.pid)]
        told = None
        for number in range(self.options.rounds):
            alone.append(await self.window(asker))
            reading, silent, tasks = await self.open_clients()
            await asyncio.sleep(1)
            before = self.updates
            among.append(await self.window(asker))
            rate = (self.updates - before) / self.options.seconds
            memory.append(resident_mib(self.pid))
            if number + 1 == self.options.rounds:
                told = await self.told_what_they_missed(silent)
            await self.close_clients(reading, silent, tasks)
            await asyncio.sleep(1)
            print(f'load: round {number + 1} of {self.options.rounds}: {alone[-1]:.3f} ms alone, '
                  f'{among[-1]:.3f} ms among clients', file=sys.stderr)
        return alone, among, memory, told, rate

    async def latencies(self, asker) -> list[float]:
        times = []
        for _ in range(self.options.requests):
            begin = time.perf_counter()
            await self.steps(asker)
            times.append(1e3 * (time.perf_counter() - begin))
        return sorted(times)

    async def updates_a_second(self) -> float:
        clients = [await self.connect() for _ in range(self.options.fast)]
        for one in clients:
            await one.subscribe([self.messages.GOODNESS, self.messages.PHASE], 100)
        self.updates = 0
        tasks = [asyncio.create_task(self.read_for_ever(one)) for one in clients]
        await asyncio.sleep(self.options.seconds)
        rate = self.updates / self.options.seconds
        await self.close_clients(clients, [], tasks)
        return rate


@contextlib.contextmanager
def learning(program: str, configuration: str, folder: pathlib.Path):
    """A daemon on one core, and from then on whoever asks it on the other; the path of its socket,
    and its process id. It has to be asked to end."""
    (folder / 'load.yaml').write_text(configuration, encoding='utf-8')
    path = folder / 'control.sock'
    with (folder / 'log').open('w') as log, \
            subprocess.Popen([program, '--config', folder / 'load.yaml', '--control', path],
                             stdout=subprocess.DEVNULL, stderr=log, preexec_fn=lambda:
                             os.sched_setaffinity(0, {DAEMON_CORE})) as daemon:
        try:
            os.sched_setaffinity(0, {LOAD_CORE})
            while not path.exists():
                if daemon.poll() is not None:
                    sys.exit((folder / 'log').read_text(encoding='utf-8'))
                time.sleep(0.05)
            yield str(path), daemon.pid
            daemon.wait(60)
        finally:
            daemon.kill()


def percentile(sorted_times, share: float) -> float:
    return sorted_times[min(len(sorted_times) - 1, int(share * len(sorted_times)))]


async def measure(messages, path: str, pid: int, options):
    load = Load(messages, path, pid, options)
    asker = await load.connect('asker')
    await asyncio.sleep(3)  # the first sleep is over, what is made on first use is made
    alone, among, memory, told, rate = await load.turns(asker)
    learning = await load.latencies(asker)
    fast = await load.updates_a_second()
    await asker.ask(pause_source=messages.PauseSourceRequest(name='toy'))
    await asyncio.sleep(2)
    idle = await load.latencies(asker)
    await asker.send(request=messages.Request(shutdown=messages.ShutdownRequest()))

    ratios = [b / a for a, b in zip(alone, among)]
    print(f'''
| | |
|---|---|
| CPU time a step alone, ms (median of {len(alone)} windows) | {statistics.median(alone):.3f} |
| among {options.clients} clients, {options.silent} of them silent | \
{statistics.median(among):.3f} |
| ratio in a round, median (from - to) | {statistics.median(ratios):.3f} \
({min(ratios):.3f} - {max(ratios):.3f}) |
| updates read a second meanwhile | {rate:.0f} |
| resident memory before, and among clients in each round, MiB | \
{', '.join(f'{mib:.0f}' for mib in memory)} |
| silent clients that were told what they missed | {told} of {options.silent} |
| an answer while it learns, ms: p50, p99 | {percentile(learning, .5):.2f}, \
{percentile(learning, .99):.2f} |
| an answer while it waits, ms: p50, p99 | {percentile(idle, .5):.2f}, \
{percentile(idle, .99):.2f} |
| updates a second, {options.fast} clients that ask for 100 each | {fast:.0f} |
''')


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--daemon', required=True, help='path of hypnosd')
    parser.add_argument('--clients', type=int, default=1000)
    parser.add_argument('--silent', type=int, default=100, help='of them, never reading')
    parser.add_argument('--fast', type=int, default=50, help='clients that count updates')
    parser.add_argument('--requests', type=int, default=5000)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=10, help='length of a window')
    return parser.parse_args()


def main():
    options = parse()
    with tempfile.TemporaryDirectory() as name:
        messages = control.load_messages(pathlib.Path(name))
        with learning(options.daemon, CONFIGURATION, pathlib.Path(name)) as (path, pid):
            asyncio.run(measure(messages, path, pid, options))


if __name__ == '__main__':
    main()
