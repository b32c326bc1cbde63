#!/usr/bin/env python3
"""hypnosd, killed again and again at random moments, while it saves, too: each start goes on by itself
from a checkpoint that is whole, and in the end every score is that of a run that was never killed.

usage: kill_test.py PATH_OF_HYPNOSD [--rounds N] [--seed N]
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

AUTOSAVE_S = 0.2
# A busy machine may not get to save in time; that is no loss of anything that was saved.
PATIENCE_S = 60

CONFIGURATION = """
sources:
  - name: glyphs
    # Each start passes over all that was seen: so many frames a second that this remains little.
    pace: realtime
    synthetic: {scene: glyphs, frames: 0, width: 16, height: 16, frame_rate_hz: 60}
encoding:
  patches: {size: 8}
network:
  layers: [{units: 160}, {units: 160}]
memory: {sequences: 4}
output: {score_learned_entries: true}
"""


def facts_of(checkpoint):
    """The metadata, by nothing but the format."""
    with open(checkpoint, 'rb') as file:
        length = int.from_bytes(file.read(8), 'little')
        return json.loads(file.read(length))['__metadata__']


class Daemon:
    """hypnosd as a process of its own."""

    def __init__(self, program, folder, *arguments):
        self.log = open(folder / 'log', 'w+', encoding='utf-8')
        self.process = subprocess.Popen(
            [program, '--config', folder / 'config.yaml', '--control', '', '--threads', '2',
             *arguments], stdout=self.log, stderr=self.log)

    def end(self, kill):
        """The log."""
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(timeout=120)
        self.log.seek(0)
        return self.log.read()

    def wait_for(self, words):
        begin = time.monotonic()
        while time.monotonic() - begin < PATIENCE_S:
            if words in pathlib.Path(self.log.name).read_text(encoding='utf-8'):
                return
            time.sleep(0.01)
        raise AssertionError(f'no "{words}" in {PATIENCE_S} s')


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def kill_again_and_again(program, folder, rounds, chance):
    scores, kept = folder / 'parts.csv', folder / 'kept'
    arguments = ['--scores', scores, '--set', f'checkpoint.folder={kept}',
                 '--set', f'checkpoint.every_seconds={AUTOSAVE_S}']
    newest, oldest_s = '', 0
    for _ in range(rounds):
        daemon = Daemon(program, folder, *arguments)
        daemon.wait_for('watching')
        time.sleep(chance.uniform(0, 4 * AUTOSAVE_S))
        log = daemon.end(kill=True)
        killed = time.time()
        check(not re.search(r'\d (error|warning) ', log), log)
        if newest:
            check(f'going on from {newest}:' in log, f'not from {newest}:\n{log}')
        files = sorted(path.name for path in kept.iterdir())
        check(sum(name.endswith('.tmp') for name in files) <= 1, f'files pile up: {files}')
        whole = [name for name in files if name.endswith('.safetensors')]
        check(len(whole) <= 5, f'files pile up: {files}')
        # What was said to be saved is there.
        for name in re.findall(r'saved (checkpoint-\d+)', log):
            newest = max(newest, name)
        check(not newest or f'{newest}.safetensors' in whole, f'{newest} is lost: {files}')
        # One that was finished when the daemon was killed, before it could say so, is as good.
        newest = pathlib.Path(whole[-1]).stem if whole else newest
        if whole and 'saved' in log:
            age_s = killed - int(facts_of(kept / whole[-1])['time_ns']) / 1e9
            oldest_s = max(oldest_s, age_s)
    return oldest_s, arguments


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('program')
    parser.add_argument('--rounds', type=int, default=12)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / 'config.yaml').write_text(CONFIGURATION, encoding='utf-8')
        oldest_s, arguments = kill_again_and_again(options.program, folder, options.rounds,
                                                   random.Random(options.seed))
        # Once more, to be stopped in order, which saves all.
        daemon = Daemon(options.program, folder, *arguments)
        daemon.wait_for('watching')
        time.sleep(1)
        log = daemon.end(kill=False)
        check(not re.search(r'\d (error|warning) ', log), log)
        check(not list((folder / 'kept').glob('*.tmp')), 'an unfinished file is left')
        parts = (folder / 'parts.csv').read_bytes()
        frames = parts.count(b'\n') - 1
        subprocess.run([options.program, '--config', folder / 'config.yaml', '--control', '',
                        '--until-end', '--scores', folder / 'whole.csv',
                        '--set', f'sources.0.synthetic.frames={frames}',
                        '--set', 'sources.0.pace=fast'],
                       check=True, capture_output=True)
        check(parts == (folder / 'whole.csv').read_bytes(), 'scores differ from those of one run')
    print(f'killed {options.rounds} times; {frames} frames have the scores of a run that was never '
          f'killed; oldest checkpoint that was gone on from: {oldest_s:.2f} s before the kill, at one '
          f'every {AUTOSAVE_S} s')


if __name__ == '__main__':
    sys.exit(main())
