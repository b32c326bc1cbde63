#!/usr/bin/env python3
"""What scripts/bench makes of measurements, these being made up."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'report'))

# pylint: disable=wrong-import-position
import measure  # noqa: E402
import tables  # noqa: E402
import targets  # noqa: E402


def round_of(look: float, plain: float) -> measure.Round:
    return {'Batch1/8192x8192/look/threads:2': {'seconds': look},
            'Batch1/8192x8192/plain/threads:2': {'seconds': plain},
            'ReadBandwidth/8192x8192/streams:1/pages:small/threads:2': {'seconds': 0.9},
            'ReadBandwidth/8192x8192/streams:4/pages:huge/threads:2': {'seconds': 0.8}}


def line_called(lines: list[tables.Line], words: str) -> tables.Line:
    line, = [line for line in lines if words in line.target.what]
    return line


PLAIN = '8192x8192, threads 2: learn / look, plain'
READING = '8192x8192, threads 2: look / reading'


class Tables(unittest.TestCase):

    def test_a_ratio_is_taken_within_a_round_and_then_the_median(self):
        rounds = [round_of(1, 1.1), round_of(10, 11), round_of(1, 9)]
        line = line_called(tables.lines_of(rounds, ['W1']), PLAIN)
        self.assertAlmostEqual(tables.median(line), 1.1)
        self.assertEqual(line.verdict, 'met')

    def test_a_target_is_missed(self):
        line = line_called(tables.lines_of([round_of(1, 1.3)], ['W1']), PLAIN)
        self.assertEqual(line.verdict, 'missed')

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        lines = tables.lines_of([round_of(1, 1)], ['W1'])
        self.assertEqual(line_called(lines, '8192x8192, threads 2: learn / look, decay').verdict,
                         'not measured')

    def test_reading_is_compared_with_the_fastest_way(self):
        line = line_called(tables.lines_of([round_of(1, 1)], ['W1']), READING)
        self.assertAlmostEqual(tables.median(line), 1 / 0.8)

    def test_only_the_chosen_workloads_are_listed(self):
        workloads = {line.target.workload for line in tables.lines_of([{}], ['W2', 'W4'])}
        self.assertEqual(workloads, {'W2', 'W4'})

    def test_the_table_shows_bound_ratio_and_verdict(self):
        lines = [line_called(tables.lines_of([round_of(1, 1.3), round_of(1, 1.5)], ['W1']), PLAIN)]
        self.assertIn(f'| W1 | {PLAIN} | ≤ 1.2 | 1.4 | 1.3 – 1.5 | missed |',
                      tables.targets_table(lines))

    def test_names_lose_what_google_benchmark_adds(self):
        self.assertEqual(measure.plain_name('Grid/streams:1/decode/iterations:1/manual_time'),
                         'Grid/streams:1/decode')
        self.assertEqual(measure.plain_name('Batch1/a/threads:2/real_time'), 'Batch1/a/threads:2')


class Growth(unittest.TestCase):

    def test_twice_the_weights_in_twice_the_time_is_linear(self):
        measured = {f'Growth/width:{width}/look': {'seconds': 1e-9 * width**2}
                    for width in [2048, 4096, 8192]}
        # Narrower ones fit into caches and do not count.
        measured['Growth/width:256/look'] = {'seconds': 1}
        self.assertAlmostEqual(targets.width_slope(measured, 'look'), 1)

    def test_one_width_has_no_slope(self):
        with self.assertRaises(KeyError):
            targets.width_slope({'Growth/width:8192/look': {'seconds': 1}}, 'look')

    def test_the_time_of_all_streams_is_what_grows(self):
        measured = {f'Growth/streams:{streams}': {'us/frame': 5} for streams in [2, 4, 8]}
        self.assertAlmostEqual(targets.streams_slope(measured), 1)

    def test_memory_is_that_of_the_longest_sequence_over_the_shortest(self):
        measured = {'Growth/steps:1000': {'resident_MiB': 50},
                    'Growth/steps:100000': {'resident_MiB': 60},
                    'Growth/steps:20000': {'resident_MiB': 90}}
        self.assertAlmostEqual(targets.last_over_first(measured, 'resident_MiB'), 1.2)


if __name__ == '__main__':
    unittest.main()
