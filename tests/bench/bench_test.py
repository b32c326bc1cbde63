#!/usr/bin/env python3
"""hypnos-bench from outside: what it prints and how it ends. Nothing is timed.

usage: bench_test.py PROGRAM [ARGUMENT OF unittest]...
"""

import json
import pathlib
import subprocess
import sys
import tempfile
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

    def test_steps_and_their_yardsticks_have_a_speed(self):
        run = bench('--benchmark_filter=^(Batch1/3x1024/plain|ReadBandwidth/3x1024/streams:4/pages:'
                    'small|Sgemm/784-3x1000/whole|Batch100/784-3x1000/velocity_0.9)/threads:1/',
                    '--benchmark_min_time=0.01', '--benchmark_format=json')
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertIn('vector_instructions', report['context'])
        speeds = {case['name'].split('/')[0]: case.get('FLOP/s') or case.get('B/s')
                  for case in report['benchmarks']}
        self.assertEqual(sorted(speeds), ['Batch1', 'Batch100', 'ReadBandwidth', 'Sgemm'])
        for name, speed in speeds.items():
            self.assertGreater(speed, 0, name)

    def test_streams_at_once_are_counted_from_memory_and_from_a_file(self):
        run = bench('--frames', '12', '--benchmark_filter=Grid/stride:16/streams:2',
                    '--benchmark_format=json')
        self.assertEqual(run.returncode, 0, run.stderr)
        from_memory, from_file = json.loads(run.stdout)['benchmarks']
        self.assertIn('/decode', from_file['name'])
        for case in [from_memory, from_file]:
            self.assertGreater(case['frames/s'], 0)
            self.assertGreater(case['resident_MiB'], 0)
            # 1200 locations; 1280 + 768 inputs of 256 units and values, four operations for each.
            # Two rates over the same time, each rounded.
            per_frame = 4 * 1200 * 256 * 2048
            self.assertAlmostEqual(case['FLOP/s'] / case['frames/s'] / per_frame, 1)

    def test_too_few_frames_for_a_warm_up_are_wrong_usage(self):
        run = bench('--frames', '1', '--benchmark_filter=Growth/streams:1/')
        self.assertEqual(run.returncode, 64)
        self.assertIn('--frames', run.stderr)

    def test_exports_what_was_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            run = bench('--export', folder, '--export-only', 'small_batch1/velocity')
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(sorted(path.name for path in pathlib.Path(folder).glob('*/*/')),
                             ['velocity_0.9', 'velocity_0.99', 'velocity_0.999'])
            options = json.loads((pathlib.Path(folder) / 'small_batch1/velocity_0.9/options.json')
                                 .read_text(encoding='utf-8'))
            self.assertEqual(options['phases'][:2], [['positive'], ['negative']])
            self.assertTrue(options['recurrent'])

    def test_an_unknown_name_or_no_place_to_export_to_is_a_sentence(self):
        run = bench('--export', '/nowhere', '--export-only', 'nothing')
        self.assertEqual(run.returncode, 64)
        self.assertIn("'nothing'", run.stderr)
        run = bench('--export', '/dev/null/x', '--export-only', 'small')
        self.assertEqual(run.returncode, 74)
        self.assertIn("'/dev/null/x/", run.stderr)

    def test_a_soak_tells_the_slope(self):
        run = bench('--soak-minutes', '0.03', '--soak-warm-up-seconds', '0.5')
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r'Slope \(least squares\): -?[\d.]+ KiB/min')


if __name__ == '__main__':
    unittest.main()
