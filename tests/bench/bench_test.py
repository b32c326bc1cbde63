#!/usr/bin/env python3
"""hypnos-bench from outside: what it prints and how it ends. Nothing is timed.

usage: bench_test.py PROGRAM [ARGUMENT OF unittest]...
"""

import json
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)


def bench(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=300,
                          check=False)


class BenchTest(unittest.TestCase):

    def test_help_shows_how_to_filter(self):
        run = bench('--help')
        self.assertEqual(run.returncode, 0)
        self.assertIn('--benchmark_filter=', run.stdout)

    def test_an_unknown_flag_is_wrong_usage(self):
        run = bench('--clop', 'x.avi')
        self.assertEqual(run.returncode, 64)
        self.assertIn('--clop', run.stderr)

    def test_a_filter_that_matches_nothing_is_wrong_usage(self):
        run = bench('--benchmark_filter=nothing')
        self.assertEqual(run.returncode, 64)
        self.assertIn('--benchmark_list_tests', run.stderr)

    def test_a_missing_clip_is_missing_input(self):
        run = bench('--clip', '/nowhere/x.avi', '--benchmark_filter=Video/stride:16/looking')
        self.assertEqual(run.returncode, 66)
        self.assertIn("'/nowhere/x.avi' does not exist", run.stderr)
        run = bench('--clip', '/nowhere/x.avi', '--soak-minutes', '1')
        self.assertEqual(run.returncode, 66)
        self.assertIn("'/nowhere/x.avi' does not exist", run.stderr)

    def test_frames_are_counted_and_time_is_shared_out(self):
        run = bench('--frames', '4', '--benchmark_filter=Video/stride:16/wake_and_sleep/threads:2',
                    '--benchmark_format=json')
        self.assertEqual(run.returncode, 0, run.stderr)
        case, = json.loads(run.stdout)['benchmarks']
        self.assertGreater(case['frames/s'], 0)
        self.assertGreater(case['cpu_ms/frame'], 0)
        stages = ['decode', 'encode', 'imagine', 'layer_1', 'layer_2', 'read_out', 'output']
        self.assertAlmostEqual(sum(case[f'stage_{stage}_%'] for stage in stages), 100, places=6)

    def test_a_layer_steps_at_some_speed(self):
        run = bench('--benchmark_filter=LayerStep/top/look', '--benchmark_min_time=0.01',
                    '--benchmark_format=json')
        self.assertEqual(run.returncode, 0, run.stderr)
        case, = json.loads(run.stdout)['benchmarks']
        self.assertGreater(case['FLOP/s'], 0)

    def test_a_soak_tells_the_slope(self):
        run = bench('--soak-minutes', '0.03', '--soak-warm-up-seconds', '0.5')
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r'Slope \(least squares\): -?[\d.]+ KiB/min')


if __name__ == '__main__':
    unittest.main()
