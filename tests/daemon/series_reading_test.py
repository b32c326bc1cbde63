#!/usr/bin/env python3
"""hypnosd reads series: files, the standard input, a file that grows, a folder, another machine;
and answers in the units of the columns.

usage: series_reading_test.py PATH_OF_HYPNOSD PATH_OF_CONFIG [ARGUMENT OF unittest]...
"""

import csv
import math
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import control_client

HYPNOSD = os.path.abspath(sys.argv.pop(1))
# The example for reading series, which reads sensors.csv in the current folder.
CONFIG = os.path.abspath(sys.argv.pop(1))
PATIENCE_S = 120

OK, NO_INPUT, TRY_AGAIN, CONFIGURATION = 0, 66, 75, 78

SMALL = ['--set', 'network.layers.0.units=16', '--set', 'network.layers.1.units=16',
         '--set', 'pipeline.threads=2']
WHOLE = ['--set', 'sources.0.series.follow=false']
STANDARD_INPUT = [*WHOLE, '--set', "sources.0.series.path='-'"]


def waves(rows: int) -> str:
    text = 'time,level,flow\n'
    for row in range(rows):
        text += f'{1000 + row},{100 + 10 * math.sin(row / 5):.4f},{math.cos(row / 5):.4f}\n'
    return text


class SeriesReadingTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.series = self.folder / 'sensors.csv'
        self.scores = self.folder / 'scores.csv'
        self.socket = self.folder / 'control.sock'
        self.config = CONFIG

    def start(self, *arguments, **options) -> subprocess.Popen:
        env = {name: value for name, value in os.environ.items() if not name.startswith('HYPNOS_')}
        process = subprocess.Popen(
            [HYPNOSD, '--config', self.config, '--scores', self.scores, *SMALL, *arguments],
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

    def errors(self) -> list[float]:
        with self.scores.open(encoding='utf-8', newline='') as file:
            return [float(row['score']) for row in csv.DictReader(file)]

    def rows(self) -> int:
        return len(self.errors()) if self.scores.exists() else 0

    def wait_until(self, true):
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            self.assertLess(time.monotonic(), deadline, 'waited in vain')
            time.sleep(0.05)

    def client(self) -> control_client.Client:
        try:
            protocol = control_client.load_protocol()
        except ImportError as error:
            self.skipTest(f'{error}: Debian has it in python3-protobuf and protobuf-compiler')
        self.wait_until(self.socket.exists)
        client = control_client.Client(protocol, self.socket)
        self.addCleanup(client.close)
        return client


class Reading(SeriesReadingTest):

    def test_is_predicted_better_and_better(self):
        self.series.write_text(waves(1500), encoding='utf-8')
        done = self.run_to_end(*WHOLE)
        self.assertEqual(done.returncode, OK, done.stderr)
        errors = self.errors()
        self.assertEqual(len(errors), 1500)
        self.assertLess(sum(errors[-100:]) / 100, 0.2 * sum(errors[1:51]) / 50)

    def test_the_same_on_any_number_of_threads_and_from_the_standard_input(self):
        self.series.write_text(waves(300), encoding='utf-8')
        self.assertEqual(self.run_to_end(*WHOLE).returncode, OK)
        once = self.scores.read_bytes()
        self.assertEqual(self.run_to_end(*WHOLE, '--threads', '4').returncode, OK)
        self.assertEqual(self.scores.read_bytes(), once)
        self.assertEqual(self.run_to_end(*STANDARD_INPUT, said=waves(300)).returncode, OK)
        self.assertEqual(self.scores.read_bytes(), once)

    def test_bad_rows_are_told_and_passed_over_or_end_it(self):
        self.series.write_bytes(waves(20).encode() + b'1030,1\r\n1031,x,2\n1,2,3\n\0\xff,1,2\n'
                                + b'1032,1,2\n')
        done = self.run_to_end(*WHOLE)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertEqual(len(self.errors()), 21)
        for sentence in ['sensors.csv:22: the row has 2 fields, and the header 3',
                         "sensors.csv:23: 'x' in column 'level' is no number",
                         'sensors.csv:24: the row is 1018 s older than the one before it',
                         'sensors.csv:25: the row holds binary data (a byte 0x00)']:
            self.assertIn(sentence, done.stderr)
        stopped = self.run_to_end(*WHOLE, '--set', 'sources.0.series.on_bad_row=stop')
        self.assertNotEqual(stopped.returncode, OK)
        self.assertIn('sensors.csv:22: ', stopped.stderr)

    def test_a_file_that_grows(self):
        self.series.write_text(waves(5), encoding='utf-8')
        process = self.start('--control', '')
        self.wait_until(lambda: self.rows() == 5)
        with self.series.open('a', encoding='utf-8') as file:
            file.write('2000,1,2\n')
        self.wait_until(lambda: self.rows() == 6)
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, OK)

    def stop(self, process: subprocess.Popen) -> str:
        process.terminate()
        said = process.communicate(timeout=PATIENCE_S)[1]
        self.assertEqual(process.returncode, OK, said)
        return said

    def test_goes_on_in_a_followed_file_after_a_restart_as_if_it_had_not_been_stopped(self):
        self.series.write_text(waves(100), encoding='utf-8')
        process = self.start('--control', '')
        self.wait_until(lambda: self.rows() == 100)
        self.stop(process)
        whole = self.scores.read_bytes()
        self.scores.unlink()
        saved = ['--control', '', '--set', 'checkpoint.folder=checkpoints', '--set',
                 'sources.0.series.on_bad_row=stop']
        self.series.write_text(waves(60), encoding='utf-8')
        process = self.start(*saved)
        self.wait_until(lambda: self.rows() == 60)
        self.stop(process)
        self.series.write_text(waves(100), encoding='utf-8')
        process = self.start(*saved)
        self.wait_until(lambda: self.rows() == 100)
        self.assertIn("source 'machine': going on in 'sensors.csv' at line 62", self.stop(process))
        self.assertEqual(self.scores.read_bytes(), whole)
        # Another file, whose columns are those that were found first.
        self.series.write_text('flow,time,level\n1,5000,100\n', encoding='utf-8')
        process = self.start(*saved)
        self.wait_until(lambda: self.rows() == 101)
        self.assertIn("'sensors.csv' is not the file any more that was read up to line 101",
                      self.stop(process))
        self.series.write_text('flow,time,other\n1,5000,100\n2,5001,100\n', encoding='utf-8')
        process = self.start(*saved)
        said = process.communicate(timeout=PATIENCE_S)[1]
        self.assertIn("sensors.csv:1: there is no column 'level', which the series has had so far",
                      said)

    def test_a_file_that_is_renamed_and_replaced(self):
        self.series.write_text(waves(5), encoding='utf-8')
        process = self.start('--control', '')
        self.wait_until(lambda: self.rows() == 5)
        self.series.rename(self.folder / 'sensors.csv.1')
        with (self.folder / 'sensors.csv.1').open('a', encoding='utf-8') as file:
            file.write('2000,1,2\n')
        self.series.write_text('flow,level,time\n1,2,2001\n', encoding='utf-8')
        self.wait_until(lambda: self.rows() == 7)
        self.assertIn("'sensors.csv' has been replaced and was read to its end", self.stop(process))

    def test_a_reload_of_its_source_reads_no_row_twice(self):
        self.series.write_text(waves(5), encoding='utf-8')
        self.config = self.folder / 'own.yaml'
        text = pathlib.Path(CONFIG).read_text(encoding='utf-8')
        self.config.write_text(text, encoding='utf-8')
        arguments = ['--control', self.socket, '--set', 'checkpoint.folder=checkpoints']
        process = self.start(*arguments)
        client = self.client()
        self.wait_until(lambda: self.rows() == 5)
        self.config.write_text(text.replace('follow: true', 'follow: true\n      gap_factor: 20'),
                               encoding='utf-8')
        self.assertEqual(list(client.ask('reload_config').changed), ['sources.machine'])
        with self.series.open('a', encoding='utf-8') as file:
            file.write('2000,1,2\n')
        self.wait_until(lambda: self.rows() >= 6)
        self.assertIn("going on in 'sensors.csv' at line 7", self.stop(process))
        self.assertEqual(self.rows(), 6)
        # What is saved then is the new one's.
        process = self.start(*arguments)
        with self.series.open('a', encoding='utf-8') as file:
            file.write('2001,1,2\n')
        self.wait_until(lambda: self.rows() >= 7)
        self.assertIn("going on in 'sensors.csv' at line 8", self.stop(process))
        self.assertEqual(self.rows(), 7)

    def test_files_of_a_folder_that_lack_a_column(self):
        (self.folder / 'all').mkdir()
        (self.folder / 'all/1.csv').write_text(waves(10), encoding='utf-8')
        (self.folder / 'all/2.csv').write_text('time,a,b\n1,2,3\n', encoding='utf-8')
        (self.folder / 'all/3.csv').write_text('flow,time,level\n1,2,3\n', encoding='utf-8')
        arguments = [*WHOLE, '--set', 'sources.0.series.path=all', '--set',
                     'output.score_learned_entries=true']
        done = self.run_to_end(*arguments)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertEqual(self.rows(), 11)
        self.assertIn("2.csv:1: there is no column 'level', which the series has had so far: the "
                      "columns are 'time,a,b'", done.stderr)
        done = self.run_to_end(*arguments, '--set', 'sources.0.series.on_bad_row=stop')
        self.assertEqual(done.returncode, NO_INPUT, done.stderr)

    def test_a_folder_as_a_playlist(self):
        for name in ['pump.csv', 'hall/fan.csv']:
            (self.folder / 'all' / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / 'all' / name).write_text(waves(10), encoding='utf-8')
        done = self.run_to_end(*WHOLE, '--set', 'sources.0.series.path=all', '--set',
                               'output.score_learned_entries=true')
        self.assertEqual(done.returncode, OK, done.stderr)
        with self.scores.open(encoding='utf-8', newline='') as file:
            clips = [row['clip'] for row in csv.DictReader(file)]
        self.assertEqual(clips, ['hall/fan.csv'] * 10 + ['pump.csv'] * 10)

    def test_what_another_machine_sends(self):
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)

        def send():
            connection, _ = listener.accept()
            connection.sendall(waves(30).encode())
            connection.close()

        sender = threading.Thread(target=send)
        sender.start()
        done = self.run_to_end(*WHOLE, '--set',
                               f'sources.0.series.path=tcp://127.0.0.1:{listener.getsockname()[1]}',
                               '--set', 'sources.0.on_full=block')
        sender.join()
        self.assertEqual(len(self.errors()), 30)
        self.assertEqual(done.returncode, TRY_AGAIN, done.stderr)
        self.assertIn('it has closed the connection', done.stderr)

    def test_names_and_words(self):
        self.series.write_text('time,state,text\n' + ''.join(
            f'{i},{"on" if i % 2 else "off"},worker {i} is done\n' for i in range(50)),
            encoding='utf-8')
        done = self.run_to_end(
            *WHOLE, '--set', 'encoding.series.columns='
            '[{name: state, kind: category, buckets: 8}, {name: text, kind: log, buckets: 16}]')
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertLess(self.errors()[-1], self.errors()[1])

    def test_what_is_no_series_is_refused(self):
        def refuse(code: int, sentence: str, *arguments):
            done = self.run_to_end(*arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(sentence, done.stderr)

        refuse(NO_INPUT, 'sensors.csv', *WHOLE)
        self.series.write_text('time,level\n', encoding='utf-8')
        refuse(NO_INPUT, "source 'machine': 'sensors.csv' has no row that can be read", *WHOLE)
        self.series.write_text(waves(3), encoding='utf-8')
        refuse(NO_INPUT, "sensors.csv:1: there is no column 'depth'", *WHOLE, '--set',
               'encoding.series.columns=[{name: depth}]')
        refuse(CONFIGURATION, 'what is read as it comes is read once', '--set',
               'sources.0.series.rounds=2')
        refuse(CONFIGURATION, 'one bump tells nothing', *WHOLE, '--set', 'encoding.series.bumps=1')
        refuse(CONFIGURATION, 'only a file can be followed', '--set', "sources.0.series.path='-'")


class Answering(SeriesReadingTest):

    def test_dreams_and_predictions_are_in_the_units_of_the_columns(self):
        # As a program may write it that knows nothing of UTF-8.
        self.series.write_text(waves(1500).replace('flow', 'fl\xf6w'), encoding='latin-1')
        # As many units as users have: what a few foretell is worth little, and differs with the
        # processor.
        process = self.start('--control', self.socket, '--set', 'network.layers.0.units=64', '--set',
                             'network.layers.1.units=64')
        client = self.client()
        self.wait_until(lambda: client.ask('status').frames == 1500)
        predicted = client.ask('predict', steps=3)
        # As the header has them, since the configuration names none.
        self.assertEqual([each.column for each in predicted.series], ['level', 'fl\\xf6w'])
        level = predicted.series[0]
        self.assertEqual(len(level.values), 3)
        for step, (value, low, high) in enumerate(zip(level.values, level.low, level.high)):
            self.assertLessEqual(low, value)
            self.assertLessEqual(value, high)
            self.assertAlmostEqual(value, 100 + 10 * math.sin((1500 + step) / 5), delta=4)
        dream = client.ask('dream', steps=5, seed=3)
        self.assertEqual([each.column for each in dream.series], ['level', 'fl\\xf6w'])
        self.assertEqual(len(dream.series[1].values), 5)
        self.assertEqual(client.ask('dream', steps=5, seed=3), dream)
        self.assertEqual(len(dream.frames), 0)
        with self.assertRaises(control_client.Refused) as refused:
            client.ask('snapshot')
        self.assertEqual(refused.exception.args[0], 'NO_PICTURE')
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, OK)


if __name__ == '__main__':
    unittest.main()
