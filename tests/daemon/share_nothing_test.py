#!/usr/bin/env python3
"""Sources that share nothing but the daemon: each has a network of its own, which learns, to the bit,
what it would learn alone, whatever becomes of the others.

usage: share_nothing_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

HYPNOSCTL = os.path.abspath(sys.argv.pop(2))

import clips  # noqa: E402
import control_client  # noqa: E402
from hypnosd_case import (CONFIGURATION, ControlledTest, HYPNOSD, HypnosdTest, IO_ERROR, NO_INPUT, OK,  # noqa: E402
                          PATIENCE_S)

GLYPHS = 'synthetic: {{scene: glyphs, width: 32, height: 24, shape: {shape}, frames: {frames}}}'


def scene(name: str, shape: int = 0, frames: int = 90) -> str:
    return f'{{name: {name}, {GLYPHS.format(shape=shape, frames=frames)}}}'


class ShareNothing:
    """What the tests of either kind need."""

    def watch_apart(self, *sources: str, share='nothing'):
        self.watch_sources(*sources)
        with self.config.open('a', encoding='utf-8') as file:
            file.write(f'share: {share}\n')

    def by_source(self) -> dict[str, list[str]]:
        """The rows of each, in their order, without its name."""
        text = self.scores.read_text(encoding='utf-8')
        self.assertTrue(text.endswith('\n'), text[-80:])
        rows = {}
        for line in text.splitlines()[1:]:
            row, source = line.rsplit(',', 1)
            rows.setdefault(source, []).append(row)
        return rows

    def alone(self, source: str, *arguments, share='nothing') -> list[str]:
        """The rows of one that nobody keeps company."""
        self.watch_apart(source, share=share)
        scores, self.scores = self.scores, self.folder / 'alone.csv'
        try:
            self.assert_ends(self.run_to_end(*arguments), OK)
            if share == 'nothing':
                rows, = self.by_source().values()
                return rows
            return self.scores.read_text(encoding='utf-8').splitlines()[1:]
        finally:
            self.scores.unlink()
            self.scores = scores


class Apart(ShareNothing, HypnosdTest):

    def setUp(self):
        super().setUp()
        self.sources = {'door': scene('door', 1, 120), 'yard': scene('yard', 2, 70),
                        'list': '{name: list, playlist: {rounds: 2, entries: ['
                                '{name: one, synthetic: {frames: 40, width: 32, height: 24}}, '
                                '{name: two, learn: false, synthetic: {frames: 20, width: 32, '
                                'height: 24, shape: 3}}]}}'}
        self.every = '--set', 'output.score_learned_entries=true'

    def recorded(self) -> list:
        return ['--set', 'record.enabled=true', '--set', f'record.folder={self.folder}/sessions']

    def weights(self, done) -> dict[str, str]:
        return dict(re.findall(r"^Source '(\w+)':\n(?:.*\n)*?Weights: xxh3 ([0-9a-f]{16})\.$",
                               done.stdout, re.MULTILINE))

    def test_each_learns_what_it_would_alone_for_any_number_of_threads(self):
        for rule in ['rehearsed', 'deferred_contrast', 'interleaved']:
            with self.subTest(rule=rule):
                rule = *self.every, '--set', f'learning.rule={rule}', *self.recorded()
                alone, weights = {}, {}
                for name, source in self.sources.items():
                    self.watch_apart(source)
                    done = self.run_to_end(*rule)
                    self.assert_ends(done, OK)
                    alone |= self.by_source()
                    weights |= self.weights(done)
                self.assertEqual(list(alone), list(self.sources))
                self.assertEqual(len(set(weights.values())), 3)
                for threads in [1, 2, 5]:
                    order = sorted(self.sources.values(), reverse=threads == 2)
                    self.watch_apart(*order)
                    done = self.run_to_end(*rule, '--threads', threads)
                    self.assert_ends(done, OK)
                    self.assertEqual(self.by_source(), alone, f'{threads} threads')
                    self.assertEqual(self.weights(done), weights, f'{threads} threads')

    def test_the_guard_of_each_does_what_it_would_alone(self):
        """And is not led by what becomes of another one's network."""
        nervous = ('probe: {sequences: 2, interval_frames: 8, every_steps: 12}\n'
                   'guard: {enabled: true, weight_norm: 1.03, margin: 0.01, scorings: 1, '
                   'keep_every_steps: 1, rate_factor: 0.7, attempts: 3}\n')
        carried = '--set', 'learning.rule=carried_velocity', '--set', 'learning.rate=0.01'
        # One gives up after three attempts while the other one learns on.
        sources = {'door': scene('door', 1, 400), 'yard': scene('yard', 2, 28)}

        def decisions(done):
            return {name: re.findall(r'^  (frame \d+: .*)$', part, re.MULTILINE) for name, part in
                    re.findall(r"^Source '(\w+)':\n((?:.*\n)*?)(?=^Source |\Z)", done.stdout, re.MULTILINE)}

        def run(*watched, threads=2):
            self.watch_apart(*watched)
            with self.config.open('a', encoding='utf-8') as file:
                file.write(nervous)
            done = self.run_to_end(*carried, '--threads', threads)
            self.assertEqual(done.returncode, OK, done.stderr)
            rows = self.by_source()
            self.scores.unlink()
            return decisions(done), self.weights(done), rows

        alone = [run(source) for source in sources.values()]
        expected = tuple({name: of for part in parts for name, of in part.items()}
                         for parts in zip(*alone))
        self.assertEqual(len(expected[0]['door']), 4, expected[0])
        self.assertIn('learning has stopped', expected[0]['door'][-1])
        self.assertNotIn('learning has stopped', ''.join(expected[0]['yard']))
        for threads in [1, 3]:
            self.assertEqual(run(*sources.values(), threads=threads), expected, f'{threads} threads')

    def test_one_alone_is_what_it_is_where_weights_are_shared(self):
        for source in self.sources.values():
            self.assertEqual(self.alone(source, *self.every),
                             self.alone(source, *self.every, share='weights'))

    def test_frames_may_be_of_different_sizes(self):
        self.watch_apart(scene('door'), '{name: big, synthetic: {width: 48, height: 40, frames: 30}}')
        self.assert_ends(self.run_to_end(), OK)
        self.assertEqual({name: len(rows) for name, rows in self.by_source().items()},
                         {'door': 90, 'big': 30})

    def test_one_that_breaks_off_or_has_nothing_to_show_changes_no_other(self):
        door = self.alone(scene('door'))
        clips.write_avi(self.folder / 'yard.avi', 60)
        whole = self.alone('{name: yard, file: {path: yard.avi}}')
        os.truncate(self.folder / 'yard.avi', (self.folder / 'yard.avi').stat().st_size // 2)
        # Smaller than a patch.
        tiny = '{name: tiny, synthetic: {width: 16, height: 16, frames: 5}}'
        self.watch_apart('{name: yard, file: {path: yard.avi}}', scene('door'), tiny)
        done = self.run_to_end('--set', 'encoding.patches.size=20')
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        self.assertRegex(done.stderr, "source 'yard': file 'yard.avi' ends after frame ")
        self.assertRegex(done.stderr, "source 'tiny': .*patch")
        self.watch_apart('{name: yard, file: {path: yard.avi}}', scene('door'))
        done = self.run_to_end()
        self.assert_ends(done, IO_ERROR, "source 'yard': file 'yard.avi' ends after frame .*")
        rows = self.by_source()
        self.assertEqual(rows['door'], door)
        self.assertEqual(rows['yard'], whole[:len(rows['yard'])])
        self.assertGreater(len(rows['yard']), 20)

    def test_one_that_is_not_there_is_told_before_anything_is_learned(self):
        self.watch_apart(scene('door'), '{name: yard, file: {path: yard.avi}}')
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'yard': file 'yard.avi' does not exist")

    def test_the_summary_tells_of_each(self):
        self.watch_apart(scene('door'), scene('yard', 2, 40))
        done = self.run_to_end()
        self.assert_ends(done, OK)
        self.assertRegex(done.stdout, r"(?m)^Source 'door':\nSaw 90 frames [^\n]*slept [1-9]")
        self.assertRegex(done.stdout, r"(?m)^Source 'yard':\nSaw 40 frames ")
        self.assertEqual(done.stdout.count('\nLayer 2: goodness '), 2)

    def test_memory_is_told_for_all_networks(self):
        def mebibytes(count: int, share: str) -> int:
            self.watch_apart(*(scene(f's{number}') for number in range(count)), share=share)
            done = self.run_program('--config', self.config, '--check-config',
                                    '--set', 'encoding.width=64', '--set', 'encoding.height=48',
                                    '--set', 'network.layers.0.units=2000',
                                    '--set', f'checkpoint.folder={self.folder}/kept')
            self.assert_ends(done, OK)
            return [int(number) for number in re.findall(r'(?:memory: about|at most) (\d+) MiB',
                                                         done.stdout)]
        one, three = mebibytes(1, 'nothing'), mebibytes(3, 'nothing')
        self.assertEqual(one, mebibytes(1, 'weights'))
        self.assertLess(mebibytes(3, 'weights')[0], 2 * one[0])
        for each, all_three in zip(one, three):
            self.assertAlmostEqual(all_three, 3 * each, delta=2)

    def test_each_is_recorded_and_replayed_by_itself(self):
        self.watch_apart(scene('door', 1), scene('back yard', 2))
        done = self.run_to_end(*self.recorded())
        self.assert_ends(done, OK)
        rows = self.by_source()
        folders = sorted(path.name for path in (self.folder / 'sessions').iterdir())
        self.assertEqual(folders, ['back%20yard', 'door'])
        for folder, name in zip(folders, ['back yard', 'door']):
            session, = (self.folder / 'sessions' / folder).iterdir()
            again = self.run_program('--replay', session, '--scores', self.scores)
            self.assert_ends(again, OK)
            self.assertIn('the weights are those of the recording, bit for bit', again.stderr)
            self.assertEqual(self.by_source(), {name: rows[name]})


class Resume(ShareNothing, HypnosdTest):

    def setUp(self):
        super().setUp()
        self.kept = self.folder / 'kept'
        self.watch_apart(scene('door', 1, 4000), scene('yard', 2, 2000), scene('back/../door', 3, 3000))

    def keeping(self, *arguments):
        return ['--config', self.config, '--scores', self.scores, '--until-end',
                '--set', f'checkpoint.folder={self.kept}', '--set', 'checkpoint.every_seconds=0.05',
                *arguments]

    def newest(self) -> list[str]:
        """Of each folder."""
        return [max((path.name for path in folder.glob('*.safetensors')), default='')
                for folder in sorted(self.kept.glob('*'))]

    def test_each_goes_on_bit_for_bit_after_being_killed(self):
        ended = []
        for killed in range(5):
            before = self.newest()
            process = self.start(*self.keeping())
            self.wait_until(lambda: len(self.newest()) == 3 and all(self.newest()) and
                            self.newest() != before or process.poll() is not None)
            process.send_signal(signal.SIGTERM if killed == 2 else signal.SIGKILL)
            done = self.finish(process)
            ended.append(done.returncode)
            self.assertNotRegex(done.stderr, r'\d (error|warning) ')
            if killed > 0:
                self.assertIn('going on from checkpoint-', done.stderr)
        self.assertEqual(ended[:2], [-signal.SIGKILL] * 2, 'it had ended before it was killed')
        self.assert_ends(self.run_program(*self.keeping()), OK)
        parts = self.by_source()
        self.scores.unlink()
        self.assert_ends(self.run_to_end(), OK)
        self.assertEqual(parts, self.by_source())
        self.assertEqual(sorted(path.name for path in self.kept.iterdir()),
                         ['back%2F..%2Fdoor', 'door', 'yard'])

    def test_one_more_begins_anew_beside_those_that_go_on(self):
        process = self.start(*self.keeping())
        self.wait_until(lambda: len(self.newest()) == 3 and all(self.newest()))
        process.kill()
        self.finish(process)
        # Who has made it a link finds it one.
        real = self.scores.rename(self.folder / 'real.csv')
        self.scores.symlink_to(real)
        self.watch_apart(scene('late', 3, 60), scene('yard', 2, 2000))
        done = self.run_program(*self.keeping())
        self.assertTrue(self.scores.is_symlink())
        self.assert_ends(done, OK)
        rows = self.by_source()
        self.assertEqual(rows['yard'], self.alone(scene('yard', 2, 2000)))
        self.assertEqual(rows['late'], self.alone(scene('late', 3, 60)))

    def test_a_name_too_long_for_a_folder(self):
        names = ['ж' * 90, 'ж' * 91]
        self.watch_apart(*(scene(name) for name in names))
        self.assert_ends(self.run_program(*self.keeping()), OK)
        folders = [path.name for path in self.kept.iterdir()]
        self.assertEqual(len(folders), 2, folders)
        self.assertTrue(all(len(name) <= 255 for name in folders), folders)

    def test_rows_of_a_camera_that_was_not_saved_yet_stay(self):
        # What makes no difference here: it cannot wait, and does not come again.
        camera = ('{name: yard, pace: realtime, on_full: drop_oldest, '
                  'synthetic: {scene: glyphs, width: 32, height: 24, frames: 30}}')
        self.watch_apart(scene('door', 1, 60), camera)
        self.assert_ends(self.run_program(*self.keeping()), OK)
        rows = self.by_source()
        shutil.rmtree(self.kept / 'yard')
        self.assert_ends(self.run_program(*self.keeping()), OK)
        self.assertEqual(self.by_source()['door'], rows['door'])
        self.assertEqual(self.by_source()['yard'][:len(rows['yard'])], rows['yard'])
        self.assertGreater(len(self.by_source()['yard']), len(rows['yard']))

    def test_what_was_gone_on_with_can_be_replayed(self):
        sessions = self.folder / 'sessions'
        recording = ('--set', 'record.enabled=true', '--set', f'record.folder={sessions}')
        for _ in range(2):
            process = self.start(*self.keeping(*recording))
            before = self.newest()
            self.wait_until(lambda: len(self.newest()) == 3 and all(self.newest()) and
                            self.newest() != before or process.poll() is not None)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(self.finish(process).returncode, OK)
        for folder in sessions.iterdir():
            for session in folder.iterdir():
                again = self.run_program('--replay', session)
                self.assert_ends(again, OK)
                self.assertIn('the weights are those of the recording, bit for bit', again.stderr)

    def test_who_has_changed_what_is_shared_is_told_why_all_begins_anew(self):
        self.watch_apart(scene('door'), scene('yard'))
        self.assert_ends(self.run_program(*self.keeping()), OK)
        self.watch_apart(scene('door'), scene('yard'), share='weights')
        self.assert_ends(self.run_program(*self.keeping()), OK,
                         *(f"checkpoints: those in '.*kept/{name}' are of a network of that source's "
                           'own and are left alone, .*' for name in ['door', 'yard']))
        self.watch_apart(scene('door'), scene('yard'))
        self.assert_ends(self.run_program(*self.keeping()), OK,
                         "checkpoints: those in '.*kept' itself are left alone, .*")

    def test_stopping_does_not_wait_for_what_is_loaded(self):
        big = '--set', 'network.layers.0.units=1000'
        sources = [scene(f's{number}', number, 30) for number in range(6)]
        self.watch_apart(*sources)
        self.assert_ends(self.run_program(*self.keeping(*big)), OK)
        for tried in range(1, 6):
            process = self.start(*self.keeping(*big))
            for _ in range(tried):
                self.assertIn('going on from checkpoint-', process.stderr.readline())
            process.terminate()
            self.assert_ends(self.finish(process), OK)

    def test_another_configuration_is_refused_with_the_difference(self):
        self.assert_ends(self.run_program(*self.keeping()), OK)
        done = self.run_program(*self.keeping('--set', 'network.layers.1.units=17'))
        self.assert_ends(done, CONFIGURATION, "source 'door': checkpoint-[0-9]+ was made with another "
                                              'configuration: network.layers.1.units was 16 and is 17'
                                              ".*`hypnosctl checkpoint import .* --source 'door'`, before new checkpoints .*")


class WhileItRuns(ShareNothing, ControlledTest):

    def setUp(self):
        super().setUp()
        self.kept = self.folder / 'kept'
        self.watch_apart(scene('door', 1, 0), scene('yard', 2, 0))

    def begin(self, *arguments, start=None, **options):
        process = (start or self.start)('--config', self.config, '--scores', self.scores, *arguments, **options)
        client = self.connect()
        self.wait_until(lambda: self.frames(client) and all(self.frames(client).values()))
        return process, client

    def frames(self, client) -> dict[str, int]:
        return {source.name: source.frames for source in client.ask('list_sources').sources}

    def each(self, client, name: str, **fields) -> dict:
        """What each network answers, by source."""
        request = self.protocol.Request()
        getattr(request, name).SetInParent()
        for field, value in fields.items():
            setattr(getattr(request, name), field, value)
        response = client.ask_envelope('request', request).response
        return {each.source: each.error.reason or getattr(each.response, name)
                for each in response.of_each}

    def go_on(self, client, *names: str, frames=20):
        before = self.frames(client)
        self.wait_until(lambda: all(self.frames(client)[name] >= before[name] + frames
                                    for name in names))

    def end(self, process, client) -> dict[str, list[str]]:
        client.ask('shutdown')
        self.assert_ends(self.finish(process), OK)
        return self.by_source()

    def assert_as_alone(self, rows: list[str], name: str, shape: int):
        alone = self.alone(scene(name, shape, len(rows)))
        self.assertEqual(rows, alone)

    def test_one_comes_and_goes_and_the_others_do_not_notice(self):
        process, client = self.begin('--set', f'checkpoint.folder={self.kept}')
        added = client.ask('add_source', yaml=scene('shed', 3, 0)).source
        self.assertEqual(added.name, 'shed')
        self.wait_until(lambda: self.frames(client)['shed'] > 30)
        client.ask('remove_source', name='yard')
        self.assertEqual(list(self.frames(client)), ['door', 'shed'])
        self.go_on(client, 'door', 'shed')
        with self.assertRaisesRegex(control_client.Refused, "no source 'yard'; there is 'door', 'shed'"):
            client.ask('remove_source', name='yard')
        with self.assertRaisesRegex(control_client.Refused, "'shed' is already taken"):
            client.ask('add_source', yaml=scene('shed', 3, 0))
        self.assertTrue(list((self.kept / 'yard').glob('*.safetensors')))
        # It goes on from where it was.
        client.ask('add_source', yaml=scene('yard', 2, 0))
        self.wait_until(lambda: self.frames(client).get('yard', 0) > 20)
        rows = self.end(process, client)
        for name, shape in [('door', 1), ('shed', 3), ('yard', 2)]:
            self.assert_as_alone(rows[name], name, shape)

    def test_one_that_is_removed_gives_back_its_memory(self):
        big = ('{{name: {0}, synthetic: {{scene: glyphs, width: 32, height: 24, frames: 0}}}}')
        if b'__asan_init' in pathlib.Path(HYPNOSD).read_bytes():
            self.skipTest('the address sanitizer keeps what is freed')
        process, client = self.begin('--set', 'network.layers.0.units=1500')
        # What they go on remembering is not to be measured.
        for name in ['door', 'yard']:
            client.ask('pause_source', name=name)

        def resident_mebibytes() -> float:
            status = pathlib.Path(f'/proc/{process.pid}/status').read_text(encoding='utf-8')
            return int(re.search(r'VmRSS:\s*(\d+) kB', status).group(1)) / 1024

        taken = []
        for _ in range(4):
            before = resident_mebibytes()
            client.ask('add_source', yaml=big.format('more'))
            self.wait_until(lambda: self.frames(client)['more'] > 15)
            with_it = resident_mebibytes()
            client.ask('remove_source', name='more')
            taken.append((with_it - before, resident_mebibytes() - before))
        # The first one may leave something behind that the next one uses again.
        grown = sum(left for _, left in taken)
        self.assertLess(grown, 0.5 * min(more for more, _ in taken), taken)
        client.ask('shutdown')
        self.assertRegex(self.finish(process).stderr,
                         "source 'more' removed, and its network with it.*; what it has learned is lost")

    def test_one_that_cannot_be_saved_is_not_removed(self):
        process, client = self.begin('--set', f'checkpoint.folder={self.kept}')

        def limit(size: int):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        client.ask('pause_source', name='door')
        limit(1000)
        with self.assertRaisesRegex(control_client.Refused, "'yard' stays, .* cannot be saved: "):
            client.ask('remove_source', name='yard')
        limit(resource.RLIM_INFINITY)
        self.go_on(client, 'yard')
        client.ask('remove_source', name='yard')
        self.assertTrue(list(self.kept.glob('yard/*.safetensors')))
        client.ask('shutdown')
        done = self.finish(process)
        self.assertRegex(done.stdout, r"(?m)^Source 'yard':\nSaw ", 'what is gone is told of, too')

    def test_rows_that_come_again_are_told_of(self):
        process, client = self.begin('--set', f'checkpoint.folder={self.kept}')
        client.ask('save_checkpoint')
        self.go_on(client, 'yard')
        process.kill()
        self.finish(process)
        self.watch_apart(scene('door', 1, 0))
        process, client = self.begin('--set', f'checkpoint.folder={self.kept}')
        client.ask('add_source', yaml=scene('yard', 2, 0))
        client.ask('shutdown')
        self.assertRegex(self.finish(process).stderr,
                         "--scores: the last [0-9]+ rows of 'yard' come again")

    def test_the_log_says_whose_line_it_is(self):
        process, client = self.begin('--set', 'output.status_interval_seconds=0.02', start=self.start_and_read)

        def lines() -> list[str]:
            return re.findall(r' info (.*) frames/s, .* prediction error', self.said(process))
        self.wait_until(lambda: all(any(line.startswith(f"source '{name}': ") for line in lines())
                                    for name in ['door', 'yard']))
        client.ask('shutdown')
        self.assertEqual(process.wait(PATIENCE_S), OK)
        for line in lines():
            self.assertRegex(line, "^source '(door|yard)': ")

    def test_what_is_asked_of_one_touches_no_other(self):
        process, client = self.begin()
        self.assertTrue(client.ask('set_learning', on=False, source='yard').changed)
        learning = {name: answer.phase.learning
                    for name, answer in self.each(client, 'sleep_status').items()}
        self.assertEqual(learning, {'door': True, 'yard': False})
        self.assertTrue(client.ask('pause_source', name='yard').changed)
        self.wait_until(lambda: self.each(client, 'status')['door'].phase.sleeps > 0)
        for kind in ['dream', 'predict', 'snapshot', 'verify_checkpoint']:
            with self.assertRaisesRegex(control_client.Refused, "WHICH_SOURCE.*'door', 'yard'"):
                client.ask(kind)
        self.assertEqual(client.ask('snapshot', source='yard').source, 'yard')
        self.assertEqual(len(client.ask('dream', source='door', steps=2).frames), 2)
        with self.assertRaisesRegex(control_client.Refused, "SOURCE_NOT_FOUND.*'door', 'yard'"):
            client.ask('wake', source='shed')
        with self.assertRaisesRegex(control_client.Refused, 'LEARNING_IS_OFF'):
            client.ask('sleep_now', steps=5, source='yard')
        layers = {name: len(answer.layers) for name, answer in self.each(client, 'list_layers').items()}
        self.assertEqual(layers, {'door': 2, 'yard': 2})
        self.go_on(client, 'door')
        seen = self.frames(client)['door']
        self.assertEqual(self.each(client, 'sleep_now', steps=5)['yard'], 'LEARNING_IS_OFF')
        rows = self.end(process, client)
        # From now on it slept when it was told to.
        self.assertEqual(rows['door'][:seen], self.alone(scene('door', 1, seen)))

    def test_the_command_line_tells_of_each(self):
        process, client = self.begin()
        self.go_on(client, 'door', 'yard', frames=60)

        def ctl(*words, code=0) -> str:
            done = subprocess.run([HYPNOSCTL, '--socket', self.control, *words], capture_output=True,
                                  text=True, timeout=PATIENCE_S, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            return done.stdout if code == 0 else done.stderr
        self.assertRegex(ctl('status'), r'(?s)by 2 networks.*\ndoor:\n.*phase .*\nyard:\n.*phase ')
        self.assertRegex(ctl('sleep', 'status'), r'(?m)^door:\n(.*\n)+^yard:\n')
        self.assertRegex(ctl('wake', '--source', 'door'), 'wakes up after this dream|was awake')
        self.assertRegex(ctl('watch', 'phase', '--count', '1'), r'(?s)door: .*yard: ')
        self.assertNotRegex(ctl('watch', 'phase', '--source', 'yard', '--count', '1'), 'door: |yard: ')
        self.assertIn("there is no source 'shed'", ctl('watch', 'phase', '--source', 'shed', code=66))
        self.assertIn("'door', 'yard'", ctl('snapshot', code=64))
        lines = [json.loads(line) for line in ctl('layer', 'list', '--json').splitlines()]
        self.assertEqual([line['source'] for line in lines[1:]], ['door', 'yard'])
        self.end(process, client)

    def test_one_is_watched_by_itself_until_it_is_gone(self):
        process, client = self.begin()
        self.go_on(client, 'door', 'yard')
        client.ask('pause_source', name='door')
        client.ask('pause_source', name='yard')
        topics = [self.protocol.GOODNESS, self.protocol.SOURCES, self.protocol.EVENTS]
        follower = self.connect()
        follower.ask('subscribe', topics=topics, rate_hz=100, source='yard')
        update = follower.next_update()
        self.assertEqual(([source.name for source in update.sources], len(update.layers), len(update.of_each)),
                         (['yard'], 2, 0))
        self.assertEqual({event.source for event in update.events}, {'yard'})
        client.ask('remove_source', name='yard')
        with self.assertRaisesRegex(control_client.Refused, 'SOURCE_NOT_FOUND'):
            while True:
                follower.next_update()
        # The rest of what it asks is answered as ever.
        self.assertEqual([source.name for source in follower.ask('status').sources], ['door'])
        process.terminate()
        self.assertEqual(self.finish(process).returncode, OK)

    def test_what_learns_from_several_is_not_watched_for_one(self):
        self.watch_apart(scene('door', 1, 0), scene('yard', 2, 0), share='weights')
        process, client = self.begin()
        with self.assertRaisesRegex(control_client.Refused, 'ONE_NETWORK.*share is weights'):
            client.ask('subscribe', topics=[self.protocol.PHASE], source='door')
        process.terminate()
        self.assertEqual(self.finish(process).returncode, OK)

    def test_a_reload_touches_only_what_has_changed(self):
        sessions = self.folder / 'sessions'
        process, client = self.begin(
            '--set', f'checkpoint.folder={self.kept}', '--set', 'record.enabled=true',
            '--set', f'record.folder={sessions}')
        self.watch_apart(scene('door', 1, 0), scene('shed', 3, 0))
        self.assertEqual(list(client.ask('reload_config').changed), ['sources.yard', 'sources.shed'])
        self.wait_until(lambda: self.frames(client).get('shed', 0) > 20)
        self.assertEqual(list(self.frames(client)), ['door', 'shed'])
        # Another one of the same name: its network stays.
        before = self.each(client, 'status')['shed'].frames
        self.watch_apart(scene('door', 1, 0), scene('shed', 4, 25))
        self.assertEqual(list(self.kept.glob('shed/*.safetensors')), [])
        self.assertEqual(list(client.ask('reload_config').changed), ['sources.shed'])
        # Whatever the new one brings, there is a way back.
        self.assertNotEqual(list(self.kept.glob('shed/*.safetensors')), [])
        self.wait_until(lambda: self.frames(client)['shed'] == 25)
        self.assertGreater(self.each(client, 'status')['shed'].frames, before)
        # One that cannot be opened changes nothing, neither by itself nor for what comes with it.
        self.watch_apart(scene('door', 1, 0), scene('barn', 3, 0), '{name: shed, file: {path: no.avi}}')
        with self.assertRaisesRegex(control_client.Refused, 'no.avi'):
            client.ask('reload_config')
        self.assertEqual(list(self.frames(client)), ['door', 'shed'])
        self.assertFalse((sessions / 'barn').exists())
        rows = self.end(process, client)
        self.assert_as_alone(rows['door'], 'door', 1)

    def test_one_that_stalls_or_ends_holds_up_no_other(self):
        # The second frame would come in a quarter of an hour.
        slow = ('{name: slow, pace: realtime, synthetic: {width: 32, height: 24, frames: 0, '
                'frame_rate_hz: 0.001}}')
        self.watch_apart(slow, scene('door', 1, 0), scene('yard', 2, 25))
        process, client = self.begin()
        with self.assertRaisesRegex(control_client.Refused, 'gone.avi'):
            client.ask('add_source', yaml='{name: gone, file: {path: gone.avi}}')
        self.wait_until(lambda: self.frames(client)['yard'] == 25)
        self.go_on(client, 'door', frames=50)
        self.assertEqual(self.frames(client)['slow'], 1)
        rows = self.end(process, client)
        self.assertEqual(rows['yard'], self.alone(scene('yard', 2, 25)))
        self.assert_as_alone(rows['door'], 'door', 1)

    def send(self, client, kind: str, **fields):
        """Asks, and does not wait for the answer."""
        def ask():
            with contextlib.suppress(control_client.Refused, OSError):
                client.ask(kind, **fields)
        thread = threading.Thread(target=ask)
        thread.start()
        self.addCleanup(thread.join)

    def stuck(self) -> str:
        """One that is being opened for as long as the test takes: a server that says nothing."""
        server = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(server.close)
        port = server.getsockname()[1]
        return f'{{name: stuck, stream: {{url: "http://127.0.0.1:{port}/"}}}}'

    def test_one_that_is_slow_to_open_holds_up_neither_others_nor_the_end(self):
        process, client = self.begin('--set', f'checkpoint.folder={self.kept}')
        self.send(self.connect(), 'add_source', yaml=self.stuck())
        self.wait_until(lambda: (self.kept / 'stuck').exists())
        self.go_on(client, 'door', 'yard', frames=50)
        rows = self.end(process, client)
        self.assert_as_alone(rows['door'], 'door', 1)

    def test_one_that_is_removed_while_all_are_stopped_is_saved(self):
        frames = 0
        for tried in range(8):
            process, client = self.begin('--set', f'checkpoint.folder={self.kept}')
            self.send(client, 'remove_source', name='yard')
            time.sleep(0.001 * tried)
            process.terminate()
            done = self.finish(process)
            self.assert_ends(done, OK)
            if tried > 0:
                self.assertIn("source 'yard': going on from checkpoint-", done.stderr)
                went_on, = re.findall(r"source 'yard': going on .*: (\d+) frames seen", done.stderr)
                self.assertEqual(int(went_on), frames)
            frames = len(self.by_source()['yard'])
        self.assert_as_alone(self.by_source()['yard'], 'yard', 2)

    def test_one_comes_back_at_once_though_somebody_looks_at_it(self):
        process, client = self.begin('--set', f'checkpoint.folder={self.kept}')
        for _ in range(5):
            self.wait_until(lambda: self.frames(client).get('yard', 0) > 20)
            looking = self.connect()
            self.send(looking, 'dream', source='yard', steps=500)
            client.ask('remove_source', name='yard')
            client.ask('add_source', yaml=scene('yard', 2, 0))
        rows = self.end(process, client)
        self.assert_as_alone(rows['yard'], 'yard', 2)

    def broken_off(self, name: str) -> str:
        path = self.folder / f'{name}.avi'
        clips.write_avi(path, 20)
        os.truncate(path, path.stat().st_size // 2)
        return f'{{name: yard, file: {{path: {name}.avi}}}}'

    def test_one_that_has_failed_can_be_replaced(self):
        kinds = [self.broken_off('one'), self.broken_off('two')]
        self.watch_apart(scene('door', 1, 0), kinds[0])
        process, client = self.begin()
        learned = lambda: self.each(client, 'status')['yard'].frames
        for round_ in range(1, 12):
            before = learned()
            self.watch_apart(scene('door', 1, 0), kinds[round_ % 2])
            self.assertEqual(list(client.ask('reload_config').changed), ['sources.yard'])
            # Now and then at the very moment in which it fails.
            self.wait_until(lambda: learned() > before)
        self.watch_apart(scene('door', 1, 0), scene('yard', 2, 30))
        client.ask('reload_config')
        self.wait_until(lambda: self.frames(client).get('yard') == 30)
        client.ask('shutdown')
        # Of those that were replaced nothing is left to complain of at the end.
        self.assertEqual(self.finish(process).returncode, OK)

    def test_one_whose_network_has_failed_is_removed_and_added(self):
        if b'__asan_init' in pathlib.Path(HYPNOSD).read_bytes():
            self.skipTest('the address sanitizer ends the program itself')

        # Whatever memory the machine has: enough for one position, and not for 65536.
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

        def of(name: str, size: int) -> str:
            return f'{{name: {name}, synthetic: {{width: {size}, height: {size}, frames: 0}}}}'
        self.watch_apart(of('door', 8))
        process, client = self.begin('--set', 'network.layers.0.units=1500', preexec_fn=limit)
        client.ask('add_source', yaml=of('yard', 2048))
        state = lambda: {source.name: source.State.Name(source.state)
                         for source in client.ask('list_sources').sources}
        self.wait_until(lambda: state()['yard'] == 'ENDED')
        # Its stream ends a moment before its network has.
        self.wait_until(lambda: any('not fit into memory' in event.message
                                    for event in client.ask('query_events').events))
        self.watch_apart(of('door', 8), of('yard', 16))
        with self.assertRaisesRegex(control_client.Refused, "NETWORK_FAILED.*'yard'.* remove the source"):
            client.ask('reload_config')
        client.ask('remove_source', name='yard')
        client.ask('add_source', yaml=of('yard', 16))
        self.wait_until(lambda: self.frames(client)['yard'] > 10)
        self.go_on(client, 'door')
        client.ask('shutdown')
        self.assert_ends(self.finish(process), OK, "source 'yard': the network .* not fit into memory.*")

    def test_the_exit_code_tells_of_one_that_took_the_place_of_another(self):
        self.watch_apart(scene('door', 1, 4000), scene('yard', 2, 0))
        process, client = self.begin('--until-end')
        self.watch_apart(scene('door', 1, 4000), self.broken_off('one'))
        client.ask('reload_config')
        done = self.finish(process)
        self.assert_ends(done, IO_ERROR, "source 'yard': file 'one.avi' ends after frame .*")
        self.assertEqual(len(self.by_source()['door']), 4000)


if __name__ == '__main__':
    unittest.main()
