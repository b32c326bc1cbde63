#!/usr/bin/env python3
"""NumPy and PyTorch compute what Hypnos computes, and scripts/bench's inside runs through.

usage: peers_test.py PROGRAM [ARGUMENT OF unittest]...

Exit code 77, which ctest shows as skipped, where the peers are not installed.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent
# Debian's own, which has Debian's libraries.
PYTHON = '/usr/bin/python3'
SKIPPED = 77


def run(*command) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)


def python(*command) -> subprocess.CompletedProcess:
    return run(PYTHON, '-B', *command)


class Peers(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        exported = run(PROGRAM, '--export', cls.folder, '--export-only', 'small')
        assert exported.returncode == 0, exported.stderr

    def workloads(self) -> list[pathlib.Path]:
        return sorted(path.parent for path in self.folder.glob('*/*/options.json'))

    def check(self, peer: str, *folders) -> subprocess.CompletedProcess:
        return python(HERE / 'peers/run.py', peer, 'check', *folders)

    def test_agree_with_ours(self):
        for peer in ['numpy', 'torch']:
            done = self.check(peer, *self.workloads())
            self.assertEqual(done.returncode, 0, done.stderr)
            report = json.loads(done.stdout)
            self.assertIn('openblas', report['blas'])
            self.assertEqual(len(report['results']), len(self.workloads()))
            self.assertGreater(len(report['results']), 5)

    def test_that_differ_are_reported_with_what_and_where(self):
        # A bias is a learned one of a few dozen: a thousandth more is a difference.
        workload = self.folder / 'small_batch1/plain'
        good = (workload / 'bias_1.npy').read_bytes()
        self.addCleanup((workload / 'bias_1.npy').write_bytes, good)
        spoil = ('import sys, numpy; a = numpy.load(sys.argv[1]); '
                 'numpy.save(sys.argv[1], a * numpy.float32(1.001))')
        self.assertEqual(python('-c', spoil, workload / 'bias_1.npy').returncode, 0)
        done = self.check('numpy', workload)
        self.assertEqual(done.returncode, 1)
        # Divided by the larger one: a little less than a thousandth.
        self.assertRegex(done.stderr, f'{workload}: bias differ by 0.00(09|10)')

    def test_tell_how_long_a_step_takes(self):
        workload = self.folder / 'small_batch100/velocity_0.9'
        done = python(HERE / 'peers/run.py', 'torch', 'time', workload, '--threads', '1',
                      '--seconds', '0.01')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(json.loads(done.stdout)['results'][str(workload)], 0)

    def test_the_whole_run_writes_table_json_and_plots(self):
        results = self.folder / 'results'
        done = python(HERE / 'report/run.py', '--program', PROGRAM, '--results', results,
                      '--quick')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        table = (results / 'table.md').read_text(encoding='utf-8')
        for words in ['scripts/bench --quick', 'processor: ', 'vector instructions: ', 'PyTorch: ',
                      'Peer/torch/784-3x1000/velocity_0.9/threads:2']:
            self.assertIn(words, table)
        everything = json.loads((results / 'results.json').read_text(encoding='utf-8'))
        verdicts = {target['what']: target['verdict'] for target in everything['targets']}
        # Which of the two is no matter for a test.
        for what in ['3x1024, threads 2: learn / look, plain',
                     'threads 2, velocity_0.9: torch / Hypnos',
                     'stride 16, 2 streams: frames/s of the slower one',
                     '8 equal layers: speed-up from 1 to 2 threads']:
            self.assertIn(verdicts[what], ['met', 'missed'], what)
        plots = sorted(path.name for path in results.glob('*.png'))
        self.assertEqual(plots, ['growth_layers.png', 'growth_steps.png', 'growth_streams.png',
                                 'growth_width.png'])


if __name__ == '__main__':
    if python('-c', 'import torch, numpy, matplotlib').returncode != 0:
        print('skipped: install the peers (scripts/install-packages bench) for this test')
        sys.exit(SKIPPED)
    unittest.main()
