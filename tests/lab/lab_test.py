#!/usr/bin/env python3
"""hypnos-lab from outside: what it prints, writes and says of wrong input, and how it ends.

usage: lab_test.py PROGRAM [ARGUMENT OF unittest]...
"""

import csv
import gzip
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'daemon'))
import clips  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
# Generous: a sanitizer on a busy machine is slow.
PATIENCE_S = 300
SIDE = 12

OK, USAGE, NO_INPUT, IO_ERROR, TRY_AGAIN = 0, 64, 66, 74, 75

SMALL = ['--epochs', '10', '--temperature', '40']


def image(label: int, draw: random.Random) -> bytes:
    """A bright bar at a place that tells the class, in noise; the first row stays for labels."""
    pixels = bytearray(draw.randrange(60) for _ in range(SIDE * SIDE))
    top, left = 1 + 2 * (label % 5) + draw.randrange(2), label // 5 * SIDE // 2
    for x in range(left, left + SIDE // 2):
        pixels[top * SIDE + x] = 200 + draw.randrange(56)
    return bytes(pixels)


def write_images(folder: pathlib.Path, train: int = 500, test: int = 100):
    draw = random.Random(1)
    folder.mkdir(exist_ok=True)
    for prefix, count in [('train', train), ('t10k', test)]:
        labels = bytes(draw.randrange(10) for _ in range(count))
        pixels = b''.join(image(label, draw) for label in labels)
        # One of them gzipped, as both are allowed.
        (folder / f'{prefix}-images-idx3-ubyte.gz').write_bytes(
            gzip.compress(struct.pack('>4I', 0x803, count, SIDE, SIDE) + pixels))
        (folder / f'{prefix}-labels-idx1-ubyte').write_bytes(
            struct.pack('>2I', 0x801, count) + labels)


class LabTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / 'bars'
        self.csv = self.folder / 'out/phases.csv'
        write_images(self.data)

    def lab(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)

    def phases(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.lab('phases', '--data', self.data, '--out', 'out', *SMALL, *arguments)

    def rows(self) -> list[dict]:
        with self.csv.open(encoding='utf-8', newline='') as file:
            return list(csv.DictReader(file))

    def assert_ends(self, run: subprocess.CompletedProcess, code: int, *words: str):
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)


class Phases(LabTest):

    def test_mixed_learning_beats_chance(self):
        run = self.phases('--rules', 'interleaved', '--negatives', 'label')
        self.assert_ends(run, OK)
        row, = self.rows()
        self.assertEqual((row['data'], row['rule'], row['wake'], row['seed'], row['batches']),
                         ('bars', 'interleaved', '', '1', '50'))
        self.assertGreater(float(row['accuracy_percent']), 50)

    def test_configuration_seed_and_means_are_printed(self):
        run = self.phases('--rules', 'looking', '--seed', '5', '--seeds', '2', '--scale', '0.1')
        self.assert_ends(run, OK)
        self.assertIn('4 cells, seeds 5 to 6', run.stdout)
        self.assertIn("Data 'bars': 500 training images", run.stdout)
        self.assertRegex(run.stdout, r'\| bars \| test \| label \| looking .* ± .* \| 2 \|')

    def test_finished_cells_are_not_run_again(self):
        cells = ['--negatives', 'mask', '--scale', '0.1']
        self.assert_ends(self.phases('--rules', 'looking', *cells), OK)
        first, = self.rows()
        # Had it been run again, this figure would be another one.
        text = self.csv.read_text(encoding='utf-8')
        self.csv.write_text(text.replace(first['accuracy_percent'], '12.34'), encoding='utf-8')
        run = self.phases('--rules', 'looking,rehearsed', '--turns', '1:1', *cells)
        self.assert_ends(run, OK, '1 of 2 cells are in ')
        self.assertEqual([row['rule'] for row in self.rows()], ['looking', 'rehearsed'])
        self.assertEqual(self.rows()[0]['accuracy_percent'], '12.34')

    def test_another_setting_is_another_cell(self):
        cells = ['--rules', 'interleaved', '--negatives', 'label', '--scale', '0.1']
        self.assert_ends(self.phases(*cells), OK)
        self.assert_ends(self.phases(*cells, '--rate', '0.125'), OK)
        self.assertEqual(self.rows()[1]['rate'], '0.125')

    def test_weights_in_bfloat16_learn_too(self):
        run = self.phases('--rules', 'interleaved', '--negatives', 'label', '--storage', 'bf16')
        if run.returncode == USAGE:
            self.assertIn('-DHYPNOS_BFLOAT16=ON', run.stderr)
            self.skipTest('this build has no bfloat16 weights')
        self.assert_ends(run, OK)
        row, = self.rows()
        self.assertEqual(row['storage'], 'bf16')
        self.assertGreater(float(row['accuracy_percent']), 50)

    def test_threads_do_not_change_results(self):
        cells = ['--rules', 'rehearsed,deferred', '--turns', '4:4,4:2', '--scale', '0.3']
        self.assert_ends(self.phases(*cells), OK)
        one = sorted(map(str, self.rows()))
        self.csv.unlink()
        self.assert_ends(self.phases(*cells, '--threads', '3'), OK)
        self.assertEqual(sorted(map(str, self.rows())), one)

    def test_an_interrupt_leaves_whole_rows_and_says_how_to_go_on(self):
        with subprocess.Popen(
                [PROGRAM, 'phases', '--data', self.data, '--out', 'out', '--epochs', '1000000',
                 '--rules', 'looking,interleaved', '--negatives', 'label', '--scale', '1e-6',
                 '--seeds', '1000'], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            # The line that says that the first cell is done.
            while 'accuracy_percent' not in process.stderr.readline():
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGINT)
            _, words = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, TRY_AGAIN, words)
        self.assertIn('the same command goes on where it stopped', words)
        rows = self.rows()
        self.assertGreaterEqual(len(rows), 1)
        self.assertLess(len(rows), 2000)
        self.assertTrue(all(row['accuracy_percent'] for row in rows))


class BoringVideo(LabTest):

    def boring_video(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.lab('boring-video', '--data', self.data, '--out', 'out', '--units', '60',
                        '--epochs', '10', *arguments)

    def rows(self) -> list[dict]:
        with (self.folder / 'out/boring-video.csv').open(encoding='utf-8', newline='') as file:
            return list(csv.DictReader(file))

    def test_names_images_and_tells_the_error_by_settling_steps(self):
        run = self.boring_video()
        self.assert_ends(run, OK, "'bars', seed 1: 10 passes")
        self.assertIn('2 recurrent layers of 60 units', run.stdout)
        row, = self.rows()
        self.assertEqual((row['data'], row['judged_on'], row['units'], row['batches']),
                         ('bars', 'test', '60', '50'))
        self.assertLess(float(row['error_percent']), 50)
        self.assertEqual(row['error_after_5_percent'], row['error_percent'])
        for name in ['read_out_error', 'layer_1_error', 'layer_2_error', 'error_after_12']:
            self.assertLess(float(row[f'{name}_percent']), 90)

    def test_seeds_do_not_depend_on_what_runs_beside_them(self):
        self.assert_ends(self.boring_video('--seeds', '2', '--scale', '0.1', '--threads', '2'), OK)
        together = sorted(map(str, self.rows()))
        (self.folder / 'out/boring-video.csv').unlink()
        self.assert_ends(self.boring_video('--seed', '2', '--scale', '0.1'), OK)
        self.assert_ends(self.boring_video('--scale', '0.1'), OK)
        self.assertEqual(sorted(map(str, self.rows())), together)
        self.assertNotEqual(self.rows()[0]['error_percent'], '')

    def test_wrong_usage_exits_64_and_writes_nothing(self):
        for arguments in [['--units', '0'], ['--steps', '0'], ['--shift', '-1'],
                          ['--own-share', '2'], ['--optimiser', 'adam'], ['--rate', '0'],
                          ['--rate', 'nan'], ['--weight-decay', '-1'], ['--epochs', '0'],
                          ['--temperature-per-unit', '0']]:
            self.assert_ends(self.boring_video(*arguments), USAGE)
        # What the layer says of its options.
        self.assert_ends(self.boring_video('--velocity', '1'), USAGE, 'velocity')
        self.assertFalse(list(self.folder.glob('out/*.csv')))

    def test_labels_that_do_not_belong_to_the_images_are_named(self):
        labels = self.data / 'train-labels-idx1-ubyte'
        labels.write_bytes(struct.pack('>2I', 0x801, 3) + bytes(3))
        self.assert_ends(self.boring_video(), NO_INPUT, str(labels), '3 labels for 500 images')
        labels.write_bytes(struct.pack('>2I', 0x801, 500) + bytes([10] * 500))
        self.assert_ends(self.boring_video(), NO_INPUT, str(labels), 'label 10 of image 0')

    def test_too_few_images_are_refused(self):
        self.assert_ends(self.boring_video('--validate'), NO_INPUT, '10100 are needed')


class NextSymbol(LabTest):

    SMALL = ['--units', '40', '--readers', '10', '--window', '4', '--rate', '0.01']

    def setUp(self):
        super().setUp()
        draw = random.Random(1)
        self.text = self.folder / 'rhyme.txt'
        self.text.write_text(' '.join(draw.choice(['The', 'cat', 'sat\non', 'mats'])
                                      for _ in range(1500)), encoding='utf-8')
        self.csv = self.folder / 'out/next-symbol.csv'

    def next_symbol(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.lab('next-symbol', '--data', self.text, '--out', 'out', *self.SMALL, *arguments)

    def test_every_model_has_its_bits_beside_six_that_count(self):
        run = self.next_symbol()
        self.assert_ends(run, OK)
        self.assertIn("Data 'rhyme':", run.stdout)
        rows = self.rows()
        self.assertEqual([row['model'] + row['order'] for row in rows],
                         [f'ngram{n}' for n in range(1, 7)] +
                         ['frozen', 'one-step', 'corrected', 'generated'])
        bits = [float(row['corrected_bits']) for row in rows]
        self.assertLess(bits[2], bits[0])
        for learned in bits[7:]:
            self.assertLess(learned, bits[0])

    def test_what_was_chosen_by_is_another_cell_than_what_is_held_out(self):
        self.assert_ends(self.next_symbol('--models', 'ngram', '--validate'), OK)
        self.assert_ends(self.next_symbol('--models', 'ngram', '--scale', '0.5'), OK)
        self.assertEqual([row['judged_on'] for row in self.rows()],
                         6 * ['validation'] + 6 * ['held-out'])
        learned = {int(row['symbols_learned']) for row in self.rows()}
        self.assertEqual(len(learned), 2)

    def test_a_text_that_is_none_exits_66_with_file_and_line(self):
        self.text.write_bytes(2000 * b'a\n' + b'\xff')
        self.assert_ends(self.next_symbol(), NO_INPUT, f"'{self.text}' line 2001: byte 0xff")
        self.assert_ends(self.next_symbol('--unknown', '?', '--models', 'ngram'), OK)
        self.text.write_bytes(b'')
        self.assert_ends(self.next_symbol(), NO_INPUT, f"'{self.text}' has 0 symbols")
        self.text.unlink()
        self.assert_ends(self.next_symbol(), NO_INPUT, str(self.text))
        self.assert_ends(self.lab('next-symbol'), NO_INPUT, '--data FILE')

    def test_a_text_too_short_for_its_readers_is_refused(self):
        run = self.lab('next-symbol', '--data', self.text, '--out', 'out', '--readers', '5000')
        self.assert_ends(run, NO_INPUT, 'for 5000 readers')


class WrongUse(LabTest):

    def test_help_has_examples_and_names_the_experiments(self):
        run = self.lab('--help')
        self.assertEqual(run.returncode, OK)
        self.assertIn('hypnos-lab phases --scale 0.1', run.stdout)
        self.assertIn('--turns', self.lab('phases', '--help').stdout)
        self.assertIn('--steps', self.lab('boring-video', '--help').stdout)

    def test_wrong_usage_exits_64(self):
        for arguments in [[], ['nothing'], ['phases', '--rules', 'magic'],
                          ['phases', '--negatives', 'rain'], ['phases', '--scale', '0'],
                          ['phases', '--scale', '2'], ['phases', '--seeds', '0'],
                          ['phases', '--epochs', '-1'], ['phases', '--temperature', '0'],
                          ['phases', '--rate', 'fast'], ['phases', '--storage', 'int8'], ['phases', '--clop'],
                          ['next-symbol', '--models', 'oracle'], ['next-symbol', '--window', '0'],
                          ['next-symbol', '--rate', '0'], ['next-symbol', '--fall', '2']]:
            run = self.lab(*arguments)
            self.assert_ends(run, USAGE)
            self.assertNotEqual(run.stderr, '')
        self.assertFalse(self.csv.exists())

    def test_a_phase_of_zero_steps_is_wrong_usage(self):
        for turn in ['0:0', '8:0', '8', '8:', ':8', '8:9', '8:8x', '-8:8']:
            self.assert_ends(self.phases('--turns', turn), USAGE, f"'{turn}' is not WAKE:SLEEP")

    def test_what_must_be_positive_is_named_if_it_is_not(self):
        for value in ['0', '-1', 'nan', 'inf', '1x', 'fast']:
            self.assert_ends(self.phases('--epochs', value), USAGE,
                             f"'{value}' is not a number above 0")

    def test_missing_data_is_missing_input(self):
        run = self.lab('phases', '--data', '/nowhere')
        self.assert_ends(run, NO_INPUT, "'/nowhere/train-images-idx3-ubyte'", '--data DIR')

    def test_damaged_data_is_named(self):
        images = self.data / 'train-images-idx3-ubyte.gz'
        images.write_bytes(images.read_bytes()[:-100])
        self.assert_ends(self.phases(), NO_INPUT, str(images), 'damaged or cut off')
        images.write_bytes(b'something else')
        self.assert_ends(self.phases(), NO_INPUT, str(images), 'is no IDX file of images')

    def test_too_few_images_are_refused(self):
        write_images(self.data, train=99)
        self.assert_ends(self.phases(), NO_INPUT, 'has 99 training images; 100 are needed')
        self.assert_ends(self.phases('--validate'), NO_INPUT, '10100 are needed')

    def test_results_of_something_else_are_left_alone(self):
        self.csv.parent.mkdir()
        self.csv.write_text('a,b\n1,2\n', encoding='utf-8')
        self.assert_ends(self.phases(), NO_INPUT, "'out/phases.csv' line 1")
        self.assertEqual(self.csv.read_text(encoding='utf-8'), 'a,b\n1,2\n')

    def test_a_folder_that_cannot_be_made_is_an_io_error(self):
        (self.folder / 'out').write_text('', encoding='utf-8')
        self.assert_ends(self.phases(), IO_ERROR, "cannot make the folder 'out'")


class Oddities(LabTest):

    def test_says_what_was_found_and_what_was_told_falsely(self):
        clip = self.folder / 'square.avi'
        # A frame a second: the plan is in seconds, and this is about nothing but that it runs.
        clips.write_avi(clip, 40, width=96, height=64, rate=1)
        run = self.lab('oddities', '--out', 'out', '--data', clip, '--warm-up', '20', '--apart', '20',
                       '--times', '1')
        self.assert_ends(run, OK)
        with (self.folder / 'out/oddities.csv').open(encoding='utf-8', newline='') as file:
            row = next(csv.DictReader(file))
        self.assertEqual(row['clip'], 'square')
        for oddity in ['patch', 'crossing', 'backwards', 'hurried', 'frozen', 'upside_down']:
            self.assertEqual(row[f'{oddity}_of'], '1')
            self.assertIn(row[f'{oddity}_found'], ['0', '1'])
            self.assertEqual(row[f'{oddity}_delay_s'] == '', row[f'{oddity}_found'] == '0')
        self.assertGreaterEqual(float(row['false_alarms_per_hour']), 0)

    def test_needs_a_clip(self):
        self.assert_ends(self.lab('oddities'), NO_INPUT, '--data CLIP')
        self.assert_ends(self.lab('oddities', '--data', 'nowhere.avi'), NO_INPUT, 'nowhere.avi')


class Relations(LabTest):

    def test_says_how_often_each_fault_was_found_the_same_each_time(self):
        for out in ['one', 'other']:
            self.assert_ends(self.lab('relations', '--out', out, '--times', '1', '--arms',
                                      'read_out,calibration'), OK)
        one, other = ((self.folder / out / 'relations.csv').read_text(encoding='utf-8')
                      for out in ['one', 'other'])
        self.assertEqual(one, other)
        rows = list(csv.DictReader(one.splitlines()))
        self.assertEqual([row['arm'] for row in rows], ['read_out', 'calibration'])
        for row in rows:
            found = [int(row[fault]) for fault in ['foreign', 'delayed', 'stuck', 'swapped']]
            self.assertLessEqual(max(found), 1)
            self.assertEqual([str(sum(found)), '4'], [row['found'], row['of']])
            self.assertTrue(0 <= float(row['auc']) <= 1)

    def test_an_arm_that_is_none_is_wrong_usage(self):
        self.assert_ends(self.lab('relations', '--arms', 'guess'), USAGE, 'guess')


class Potato(LabTest):

    def test_tells_shape_and_settling_for_each_network_and_speed(self):
        run = self.lab('potato', '--out', 'out', '--scale', '0.04', '--shapes', '2', '--speeds', '0.1,5')
        self.assert_ends(run, OK)
        with (self.folder / 'out/potato.csv').open(encoding='utf-8', newline='') as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row['network'], row['tested_at']) for row in rows],
                         [(network, speed)
                          for network in ['recurrent', 'feed_forward', 'untrained', 'input']
                          for speed in ['0.1', '5']])
        for row in rows:
            self.assertTrue(0 <= float(row['shape_percent']) <= 100)
            self.assertEqual(row['change_1'] == '', row['network'] == 'input')

    def test_speed_out_of_range_is_refused(self):
        self.assert_ends(self.lab('potato', '--speeds', '1,-2'), USAGE, 'speeds')


class OnlineVideo(LabTest):

    def test_folder_without_videos_is_no_input(self):
        self.assert_ends(self.lab('online-video', '--data', self.data), NO_INPUT, 'no video')
        self.assert_ends(self.lab('online-video', '--data', 'nowhere'), NO_INPUT, "'nowhere'")


if __name__ == '__main__':
    unittest.main()
