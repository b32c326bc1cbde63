#!/usr/bin/env python3
"""A network that learns soundly, and then is awake for ten times too long: without the guard it loses
what it had learned, with it it does not. configs/guard.yaml, as the README of src/diagnostics tells it.

usage: guard_survives_test.py PATH_OF_HYPNOSD PATH_OF_CONFIG [SEED]

With a seed (1 otherwise) it also shows what a lower rate alone would come to.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FLOOR = 0.56  # guard.auc
TOO_LONG = ['--set', 'schedule.wake_steps=160', '--set', 'sources.0.synthetic.frames=6000']


def mean(lines, figure):
    """Layer by layer, over some scorings."""
    rows = [[float(value) for value in re.findall(figure + r' ([\d.e+]+)', line)] for line in lines]
    return [round(sum(column) / len(column), 3) for column in zip(*rows)]


class Run:
    """To its end; what the probe set said at its last ten scorings, on average."""

    def __init__(self, program, config, folder, *arguments):
        done = subprocess.run(
            [program, '--config', config, '--until-end', '--control', '', '--log-level', 'debug',
             '--set', f'checkpoint.folder={folder}', *arguments],
            capture_output=True, text=True, timeout=900, check=True)
        self.summary = done.stdout
        last = [line for line in done.stderr.splitlines() if 'probe set after' in line][-10:]
        self.auc, self.norm = mean(last, 'AUC'), mean(last, 'mean norm')
        print(f'{folder.name}: AUC {self.auc}, pairs told {mean(last, "pairs told")}, weight norm '
              f'{self.norm}, effective rank {mean(last, "rank")}')


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def main():
    program, config, *seed = sys.argv[1:]
    seeded = ['--set', f'seed={seed[0]}'] if seed else []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sound = Run(program, config, folder / 'sound', *seeded)
        check(min(sound.auc) > 1.05 * FLOOR, f'it did not learn: {sound.auc}')
        check('raised 0 alarms' in sound.summary, sound.summary)
        for run in ['with', 'without', 'with one thread', 'without, at 0.3 times the rate']:
            shutil.copytree(folder / 'sound', folder / run)
        too_long = *seeded, *TOO_LONG
        off = '--set', 'guard.enabled=false'
        without = Run(program, config, folder / 'without', *too_long, *off)
        if seed:
            Run(program, config, folder / 'without, at 0.3 times the rate', *too_long, *off, '--set',
                'learning.rate=0.00003')
        guarded = Run(program, config, folder / 'with', *too_long)
        print(guarded.summary[guarded.summary.index('The guard judged'):])
        check(min(without.auc) < FLOOR, f'it lives without the guard: {without.auc}')
        check(max(without.norm) > 3 * max(sound.norm), f'it lives without it: {without.norm}')
        check(min(guarded.auc) > FLOOR, f'it dies with the guard: {guarded.auc}')
        check('rolled back' in guarded.summary, guarded.summary)
        check('learning has stopped' not in guarded.summary, guarded.summary)
        again = Run(program, config, folder / 'with one thread', *too_long, '--threads', '1')
        check((again.auc, again.norm) == (guarded.auc, guarded.norm), 'threads make a difference')
    print('ok')


if __name__ == '__main__':
    main()
