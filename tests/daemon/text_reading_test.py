#!/usr/bin/env python3
"""hypnosd reads texts: files, the standard input, a file that grows; and answers in text.

usage: text_reading_test.py PATH_OF_HYPNOSD PATH_OF_CONFIG [ARGUMENT OF unittest]...
"""

import csv
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

import control_client

HYPNOSD = os.path.abspath(sys.argv.pop(1))
# The example for reading texts, which here reads fables.txt in the current folder.
CONFIG = os.path.abspath(sys.argv.pop(1))
PATIENCE_S = 120

OK, NO_INPUT, CONFIGURATION = 0, 66, 78

SMALL = ['--set', 'network.layers.0.units=48', '--set', 'pipeline.threads=2']
ONE_READER = ['--set', 'encoding.text.readers=1']
FOLLOWED = ['--set', 'sources.0.text.follow=true', *ONE_READER]
STANDARD_INPUT = ['--set', "sources.0.text.path='-'", *ONE_READER]


def fables(words: int) -> str:
    draw = random.Random(1)
    return ' '.join(draw.choice(['the', 'fox', 'saw', 'grapes']) for _ in range(words)) + '\n'


class TextReadingTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.text = self.folder / 'fables.txt'
        self.scores = self.folder / 'scores.csv'
        self.socket = self.folder / 'control.sock'

    def start(self, *arguments, **options) -> subprocess.Popen:
        env = {name: value for name, value in os.environ.items() if not name.startswith('HYPNOS_')}
        env['HYPNOS_SOURCES__0__TEXT__PATH'] = 'fables.txt'
        process = subprocess.Popen(
            [HYPNOSD, '--config', CONFIG, '--scores', self.scores, *SMALL, *arguments],
            cwd=self.folder, text=True, env=env,
            **{'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE,
               **options})
        self.addCleanup(self.put_away, process)
        return process

    @staticmethod
    def put_away(process: subprocess.Popen):
        process.kill()
        process.wait()
        for pipe in [process.stdin, process.stdout, process.stderr]:
            if pipe:
                pipe.close()

    def run_to_end(self, *arguments, said: str = None) -> subprocess.CompletedProcess:
        options = {} if said is None else {'stdin': subprocess.PIPE}
        process = self.start('--until-end', '--control', '', *arguments, **options)
        out, err = process.communicate(said, timeout=PATIENCE_S)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def bits(self) -> list[float]:
        with self.scores.open(encoding='utf-8', newline='') as file:
            return [float(row['score']) for row in csv.DictReader(file)]

    def wait_until(self, true):
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            self.assertLess(time.monotonic(), deadline, 'waited in vain')
            time.sleep(0.05)

    def rows(self) -> int:
        return len(self.bits()) if self.scores.exists() else 0

    def assert_refused(self, code: int, sentence: str, *arguments):
        done = self.run_to_end(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(sentence, done.stderr)
        self.assertFalse(self.scores.exists())

    def client(self) -> control_client.Client:
        try:
            protocol = control_client.load_protocol()
        except ImportError as error:
            self.skipTest(f'{error}: Debian has it in python3-protobuf and protobuf-compiler')
        self.wait_until(self.socket.exists)
        client = control_client.Client(protocol, self.socket)
        self.addCleanup(client.close)
        return client


class Reading(TextReadingTest):

    def test_costs_fewer_and_fewer_bits_a_symbol(self):
        self.text.write_text(fables(6000), encoding='utf-8')
        done = self.run_to_end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn('bits a symbol', done.stderr + done.stdout)
        bits = self.bits()
        self.assertEqual(len(bits), len(fables(6000)) // 50)
        self.assertLess(sum(bits[-100:]) / 100, 0.7 * sum(bits[1:51]) / 50)

    def test_the_standard_input_as_a_file(self):
        text = fables(100)
        done = self.run_to_end(*STANDARD_INPUT, said=text)
        self.assertEqual(done.returncode, OK, done.stderr)
        from_input = self.scores.read_bytes()
        self.assertEqual(len(self.bits()), len(text))
        self.text.write_text(text, encoding='utf-8')
        self.assertEqual(self.run_to_end(*ONE_READER).returncode, OK)
        self.assertEqual(self.scores.read_bytes(), from_input)

    def test_a_file_that_grows(self):
        self.text.write_text('the fox', encoding='utf-8')
        process = self.start('--control', '', *FOLLOWED)
        self.wait_until(lambda: self.rows() == 7)
        with self.text.open('a', encoding='utf-8') as file:
            file.write(' saw')
        self.wait_until(lambda: self.rows() == 11)
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, OK)

    def stop(self, process: subprocess.Popen):
        process.terminate()
        said = process.communicate(timeout=PATIENCE_S)[1]
        self.assertEqual(process.returncode, OK, said)

    def test_goes_on_in_a_followed_file_after_a_restart_as_if_it_had_not_been_stopped(self):
        text = fables(30)
        self.text.write_text(text, encoding='utf-8')
        process = self.start('--control', '', *FOLLOWED)
        self.wait_until(lambda: self.rows() == len(text))
        self.stop(process)
        whole = self.scores.read_bytes()
        self.scores.unlink()
        saved = ['--control', '', '--set', 'checkpoint.folder=checkpoints', *FOLLOWED]
        self.text.write_text(text[:50], encoding='utf-8')
        process = self.start(*saved)
        self.wait_until(lambda: self.rows() == 50)
        self.stop(process)
        self.text.write_text(text, encoding='utf-8')
        process = self.start(*saved)
        self.wait_until(lambda: self.rows() == len(text))
        self.stop(process)
        self.assertEqual(self.scores.read_bytes(), whole)

    def test_what_is_no_text_is_refused(self):
        self.assert_refused(NO_INPUT, 'fables.txt')
        self.text.write_bytes(b'')
        self.assert_refused(NO_INPUT, "source 'licence': 'fables.txt' has 0 symbols")
        self.text.write_text('the fox\nsaw {grapes}\n' * 10, encoding='utf-8')
        self.assertEqual(self.run_to_end().returncode, OK)
        self.scores.unlink()
        self.assert_refused(NO_INPUT, "'fables.txt' line 2: '{' is no symbol of the alphabet",
                            '--set', "encoding.text.unknown=''")

    def test_the_standard_input_without_a_symbol_is_refused(self):
        done = self.run_to_end(*STANDARD_INPUT, said='')
        self.assertEqual(done.returncode, NO_INPUT, done.stderr)
        self.assertIn('the standard input has no symbol', done.stderr)

    def test_a_configuration_that_does_not_fit_is_refused(self):
        self.text.write_text(fables(100), encoding='utf-8')
        self.assert_refused(CONFIGURATION, "alphabet: 'a' is there twice",
                            '--set', 'encoding.text.alphabet=aba', '--set',
                            "encoding.text.unknown=''")
        self.assert_refused(CONFIGURATION, 'a text that is followed is read by one reader',
                            '--set', 'sources.0.text.follow=true')
        self.assert_refused(CONFIGURATION, 'leave the key out', '--set', 'generator.kind=linear')


class Answering(TextReadingTest):

    def setUp(self):
        super().setUp()
        self.text.write_text(fables(6000), encoding='utf-8')

    def test_dreams_and_predictions_are_text(self):
        process = self.start('--control', self.socket)
        client = self.client()
        frames = len(fables(6000)) // 50
        self.wait_until(lambda: client.ask('status').frames == frames)
        dream = client.ask('dream', steps=200, seed=3)
        self.assertEqual(len(dream.text), 200)
        self.assertEqual(len(dream.frames), 0)
        self.assertEqual(client.ask('dream', steps=200, seed=3).text, dream.text)
        self.assertNotEqual(client.ask('dream', steps=200, seed=4).text, dream.text)
        # Nine tenths of it are letters that there are.
        self.assertGreater(sum(c in ' thefoxsawgrapes' for c in dream.text), 150)
        predicted = client.ask('predict', steps=6)
        self.assertEqual(len(predicted.text), 6)
        chances = [chance.probability for chance in predicted.symbols]
        self.assertAlmostEqual(sum(chances), 1, places=4)
        self.assertEqual(chances, sorted(chances, reverse=True))
        self.assertEqual(predicted.symbols[0].symbol, predicted.text[0])
        self.assertLess(predicted.prediction_error, 4)
        status = client.ask('status')
        self.assertEqual(status.prediction_error_unit, 'bits a symbol')
        self.assertEqual(status.sources[0].kind, type(status.sources[0]).TEXT)
        with self.assertRaises(control_client.Refused) as refused:
            client.ask('snapshot')
        self.assertEqual(refused.exception.args[0], 'NO_PICTURE')
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, OK)


if __name__ == '__main__':
    unittest.main()
