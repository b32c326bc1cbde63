#!/usr/bin/env python3
"""What hypnosd keeps of what it has learned, from outside: it goes on from there, and says so where it
cannot; what is wrong with a disk costs no frame.

usage: checkpoint_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import unittest

import control_client
from hypnosd_case import (CONFIGURATION, HYPNOSD, IO_ERROR, OK, TRY_AGAIN, ControlledTest, HypnosdTest)

LONG = 'synthetic: {scene: glyphs, width: 32, height: 32, frames: 20000}'
PLAYLIST = '''playlist:
      rounds: 2
      entries:
        - {name: one, synthetic: {frames: 150, width: 32, height: 32}}
        - {name: two, learn: false, synthetic: {frames: 70, width: 32, height: 32, shape: 2}}
'''


class CheckpointTest(HypnosdTest):

    def setUp(self):
        super().setUp()
        self.kept = self.folder / 'kept'
        self.watch(LONG)

    def keeping(self, every_seconds=0.05):
        return ['--config', self.config, '--set', f'checkpoint.folder={self.kept}',
                '--set', f'checkpoint.every_seconds={every_seconds}']

    def checkpoints(self):
        return sorted(self.kept.glob('checkpoint-*.safetensors')) if self.kept.exists() else []

    def stop_after_some(self, *arguments, number=signal.SIGTERM):
        """Started, told to stop once something was saved, and what it said. It may be at its end by then."""
        before = self.checkpoints()[-1:]
        process = self.start(*self.keeping(), '--scores', self.scores, '--until-end', *arguments)
        self.wait_until(lambda: self.checkpoints()[-1:] != before or process.poll() is not None)
        process.send_signal(number)
        return self.finish(process)


class Resume(CheckpointTest):

    def assert_resumes_exactly(self, rounds=4):
        """Stopped and killed in turns, it writes the scores of a run that was not."""
        for i in range(rounds):
            done = self.stop_after_some(
                number=signal.SIGKILL if i % 2 else signal.SIGTERM)
            self.assertNotRegex(done.stderr, r'\d (error|warning) ')
            if i > 0:
                self.assertIn('going on from checkpoint-', done.stderr)
        done = self.run_program(*self.keeping(), '--scores', self.scores, '--until-end')
        self.assert_ends(done, OK)
        parts = self.scores.read_bytes()
        self.scores.unlink()
        self.assert_ends(self.run_to_end(), OK)
        self.assertEqual(parts, self.scores.read_bytes())

    def test_a_synthetic_scene(self):
        self.watch(LONG.replace('20000', '600'))
        self.assert_resumes_exactly()

    def test_a_playlist(self):
        self.watch(PLAYLIST)
        self.assert_resumes_exactly()

    def test_several_sources(self):
        self.watch_sources('{name: a, synthetic: {frames: 300, width: 32, height: 32}}',
                           '{name: b, synthetic: {frames: 60, width: 32, height: 32, shape: 3}}',
                           '{name: c, synthetic: {frames: 400, width: 32, height: 32, shape: 4}}')
        self.assert_resumes_exactly()

    def test_a_text(self):
        (self.folder / 'book.txt').write_text('the quick brown fox\n' * 400, encoding='utf-8')
        self.watch('text: {path: book.txt}')
        text = self.config.read_text(encoding='utf-8').replace('patches: {size: 8}',
                                                               'text: {window: 5, readers: 8}')
        self.config.write_text(text, encoding='utf-8')
        self.assert_resumes_exactly()

    def test_nothing_is_saved_where_nothing_came(self):
        self.stop_after_some()
        newest = self.checkpoints()[-1]
        self.watch(LONG.replace('20000', '1'))
        done = self.run_program(*self.keeping(), '--until-end')
        self.assert_ends(done, OK)
        self.assertIn("source 'door' is another one than in the checkpoint, and begins anew",
                      done.stderr)
        self.assertNotEqual(newest, self.checkpoints()[-1], 'the one frame was learned from')

    def test_fresh_begins_anew_and_leaves_what_there_is(self):
        self.stop_after_some()
        first = self.checkpoints()[0]
        done = self.stop_after_some('--fresh', '--set', 'checkpoint.keep=1000')
        self.assert_ends(done, OK)
        self.assertIn('beginning anew, as --fresh asks', done.stderr)
        self.assertIn(first, self.checkpoints())

    def test_a_smaller_one_says_what_it_lacks(self):
        self.stop_after_some('--set', 'checkpoint.memory=digest')
        done = self.stop_after_some('--set', 'checkpoint.memory=digest')
        self.assert_ends(done, OK, 'checkpoint-.* holds only a digest of what was remembered: .*')


class Refusal(CheckpointTest):

    def test_another_configuration_is_refused_with_the_difference(self):
        self.stop_after_some()
        done = self.stop_after_some('--set', 'network.layers.1.units=17', '--set', 'seed=2')
        self.assert_ends(done, CONFIGURATION,
                         'checkpoint-[0-9]+ was made with another configuration: seed was 1 and is 2; '
                         'network.layers.1.units was 16 and is 17. Set that back; .*--fresh.*import.*')

    def test_what_only_steers_may_change(self):
        self.stop_after_some()
        done = self.stop_after_some('--set', 'learning.rate=0.001', '--set', 'schedule.wake_steps=5')
        self.assert_ends(done, OK)
        self.assertIn('going on from', done.stderr)

    def test_a_damaged_one_falls_back_loudly(self):
        # Twice, as a slow machine may have saved no more than one by the time it stops.
        for _ in range(2):
            self.stop_after_some('--set', 'checkpoint.keep=1000')
        before, newest = self.checkpoints()[-2:]
        damaged = bytearray(newest.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        newest.write_bytes(damaged)
        done = self.stop_after_some('--set', 'checkpoint.keep=1000')
        self.assert_ends(done, OK, f"checkpoint '.*{newest.name}' is damaged: .*",
                         f'checkpoints: going back to {before.stem}, which is whole')
        self.assertIn(f'going on from {before.stem}', done.stderr)
        self.assertTrue((self.kept / f'{newest.name}.damaged').exists())

    def test_nothing_but_damage_is_refused(self):
        self.stop_after_some()
        for path in self.checkpoints():
            path.write_bytes(b'nonsense')
        done = self.stop_after_some()
        self.assertEqual(done.returncode, IO_ERROR)
        self.assertIn('put them elsewhere, or begin anew with --fresh', done.stderr)

    def test_two_daemons_do_not_share_a_folder(self):
        process = self.start(*self.keeping())
        self.wait_until(self.checkpoints)
        done = self.run_program(*self.keeping())
        self.assert_ends(done, TRY_AGAIN, "another hypnosd writes to '.*': give each a checkpoint.folder of its own")
        process.terminate()
        self.assert_ends(self.finish(process), OK)

    def test_a_version_that_is_not_known(self):
        self.stop_after_some()
        newest = self.checkpoints()[-1]
        # Of another version the checksum is right, too.
        text = newest.read_bytes().replace(b'"hypnos_checkpoint":"1"', b'"hypnos_checkpoint":"2"')
        newest.write_bytes(text)
        done = self.stop_after_some()
        self.assertIn(f"{newest.name}' is damaged", done.stderr)


class Scores(CheckpointTest):
    """What comes again is written once, and what does not is not lost."""

    def kill_after_rows(self, rows: int):
        process = self.start(*self.keeping(every_seconds=0.02), '--scores', self.scores)
        self.wait_until(lambda: self.checkpoints() and self.scores.exists() and
                        self.scores.read_bytes().count(b'\n') > rows)
        process.kill()
        self.finish(process)

    def test_of_a_camera_stay(self):
        # What makes no difference here: it cannot wait, and does not come again.
        self.watch('pace: realtime\n    on_full: drop_oldest\n    '
                   'synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}')
        self.kill_after_rows(30)
        before = self.scores.read_bytes()
        before = before[:before.rindex(b'\n') + 1]
        self.kill_after_rows(before.count(b'\n') + 10)
        after = self.scores.read_bytes()
        self.assertEqual(after[:len(before)], before)
        self.assertEqual(after.count(b'clip,frame'), 1)

    def test_with_other_columns_are_put_aside(self):
        self.kill_after_rows(10)
        before = self.scores.read_bytes()
        self.scores.write_bytes(b'other,columns\n' + before[before.index(b'\n') + 1:] + b'x' * 99)
        aside = self.folder / 'scores.csv.before'
        process = self.start(*self.keeping(), '--scores', self.scores)
        self.wait_until(lambda: aside.exists() and self.scores.exists() and
                        self.scores.stat().st_size > 0)
        process.kill()
        self.finish(process)
        self.assertTrue(aside.read_bytes().startswith(b'other,'))
        self.assertTrue(self.scores.read_bytes().startswith(b'clip,frame'))


class Disk(ControlledTest, CheckpointTest):

    def setUp(self):
        super().setUp()
        self.kept = self.folder / 'kept'

    def status(self, client):
        return client.ask('status').checkpoints

    def watch_disk(self, *arguments):
        process = self.start(*self.keeping(), *arguments)
        client = self.connect()
        self.wait_until(lambda: self.status(client).saved > 1)
        return process, client

    def assert_recovers(self, process, client, spoil, mend, sentence):
        spoil()
        self.wait_until(lambda: self.status(client).failing)
        self.assertRegex(self.status(client).why, sentence)
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 20)
        mend()
        saved = self.status(client).saved
        self.wait_until(lambda: self.status(client).saved > saved)
        self.assertFalse(self.status(client).failing)
        events = [event.kind for event in client.ask('query_events').events]
        kinds = client.protocol.Event
        self.assertEqual([kind for kind in events if kind in (kinds.SAVING_FAILED,
                                                              kinds.SAVING_WORKS)],
                         [kinds.SAVING_FAILED, kinds.SAVING_WORKS])
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn('checkpoints are saved again', done.stderr)
        self.assertEqual(len(re.findall(' error checkpoints: ', done.stderr)), 1, done.stderr)
        self.assertEqual(list(self.kept.glob('*.tmp')), [])

    def test_a_full_one(self):
        process, client = self.watch_disk()

        def limit(size):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        self.assert_recovers(process, client, lambda: limit(1000),
                             lambda: limit(resource.RLIM_INFINITY), 'cannot write to .*')

    def test_one_that_vanishes(self):
        process, client = self.watch_disk()

        def vanish():
            shutil.rmtree(self.kept, ignore_errors=True)
            self.kept.write_text('in the way', encoding='utf-8')

        self.assert_recovers(process, client, vanish, self.kept.unlink, "cannot .* folder '.*'.*")

    def start_on_a_disk_of_its_own(self):
        """Of 16 MB, which nobody else sees."""
        name_space = ['unshare', '--map-root-user', '--mount', 'sh', '-c']
        self.kept.mkdir()
        if subprocess.run([*name_space, 'mount -t tmpfs none "$0"', self.kept], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.starter = [*name_space, 'mount -t tmpfs -o size=16m none "$0" && exec "$@"', self.kept]
        return self.watch_disk()

    def test_one_that_really_is_full(self):
        process, client = self.start_on_a_disk_of_its_own()
        filler = pathlib.Path(f'/proc/{process.pid}/root{self.kept}/filler')

        def fill():
            with contextlib.suppress(OSError), filler.open('wb', buffering=0) as file:
                while True:
                    file.write(bytes(4096))

        self.assert_recovers(process, client, fill, filler.unlink, 'No space left on device')

    def test_one_that_becomes_read_only(self):
        process, client = self.start_on_a_disk_of_its_own()

        def remount(how):
            subprocess.run(['nsenter', '--target', str(process.pid), '--user', '--mount',
                            '--preserve-credentials', 'mount', '-o', f'remount,{how}', self.kept],
                           check=True)

        self.assert_recovers(process, client, lambda: remount('ro'), lambda: remount('rw'),
                             'Read-only file system')

    def test_learning_may_stand_still_meanwhile(self):
        process, client = self.watch_disk('--set', 'checkpoint.on_failure=stop_learning')

        def limit(size):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        limit(1000)
        self.wait_until(lambda: not client.ask('status').phase.learning)
        limit(resource.RLIM_INFINITY)
        self.wait_until(lambda: client.ask('status').phase.learning)
        # What was saved while it stood still does not say that it shall: it goes on learning.
        process.kill()
        self.finish(process)
        process = self.start(*self.keeping())
        client = self.connect()
        before = client.ask('status').phase.learning
        self.wait_for_frames(client)
        self.assertTrue(before and client.ask('status').phase.learning)
        # Switched off by somebody, it stays off, whatever the disk does, and is so after a restart.
        client.ask('set_learning', on=False)
        limit = lambda size: resource.prlimit(
            process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        limit(1000)
        self.wait_until(lambda: self.status(client).failing)
        limit(resource.RLIM_INFINITY)
        self.wait_until(lambda: not self.status(client).failing)
        self.assertFalse(client.ask('status').phase.learning)
        process.terminate()
        self.finish(process)
        self.start(*self.keeping())
        client = self.connect()
        self.wait_for_frames(client)
        self.assertFalse(client.ask('status').phase.learning)

    def test_one_that_is_full_at_the_end_is_told_by_the_exit_code(self):
        process, client = self.watch_disk()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        self.wait_until(lambda: self.status(client).failing)
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        self.assertIn('what was learned since the last one is lost', done.stderr)

    def test_nobody_else_may_read_what_was_seen(self):
        process, _ = self.watch_disk()
        self.assertEqual(self.kept.stat().st_mode & 0o077, 0)
        process.kill()
        self.finish(process)


class Commands(ControlledTest, CheckpointTest):

    def setUp(self):
        super().setUp()
        self.kept = self.folder / 'kept'

    def test_without_a_folder_say_so(self):
        self.start('--config', self.config)
        client = self.connect()
        for name in ['save_checkpoint', 'list_checkpoints', 'import_checkpoint']:
            with self.assertRaises(control_client.Refused) as refused:
                client.ask(name)
            self.assertEqual(refused.exception.args[0], 'NO_CHECKPOINTS')

    def test_save_list_verify_and_restore(self):
        process = self.start(*self.keeping(every_seconds=0))
        client = self.connect()
        self.wait_for_frames(client)
        first = client.ask('save_checkpoint').checkpoint
        self.assertEqual(first.bytes, (self.kept / f'{first.name}.safetensors').stat().st_size)
        self.wait_until(lambda: client.ask('status').frames > first.frames + 100)
        second = client.ask('save_checkpoint').checkpoint
        self.assertGreater(second.frames, first.frames + 99)
        names = [one.name for one in client.ask('list_checkpoints').checkpoints]
        self.assertEqual(names, [second.name, first.name])
        self.assertEqual(client.ask('verify_checkpoint', name=first.name).checkpoint, first)
        restored = client.ask('restore_checkpoint', name=first.name).checkpoint
        self.assertEqual(restored, first)
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 50)
        with self.assertRaises(control_client.Refused) as refused:
            client.ask('restore_checkpoint', name='checkpoint-7')
        self.assertEqual(refused.exception.args[0], 'CHECKPOINT_NOT_FOUND')
        process.terminate()
        self.assertEqual(self.finish(process).returncode, OK)

    def test_another_configuration_takes_over_what_fits(self):
        self.stop_after_some()
        self.start(*self.keeping(every_seconds=0), '--fresh', '--set', 'network.layers.1.units=20')
        client = self.connect()
        self.wait_for_frames(client)
        name = self.checkpoints()[-1].stem
        with self.assertRaises(control_client.Refused) as refused:
            client.ask('restore_checkpoint', name=name)
        self.assertEqual(refused.exception.args[0], 'OTHER_CONFIGURATION')
        imported = client.ask('import_checkpoint', name=name)
        self.assertIn('layer 2', ' '.join(imported.left))
        self.assertIn('20 units', ' '.join(imported.left))
        self.assertEqual(list(imported.taken), [])
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 50)

    def test_the_same_network_takes_over_all_weights(self):
        self.stop_after_some()
        self.start(*self.keeping(every_seconds=0), '--fresh', '--set', 'learning.rule=interleaved')
        client = self.connect()
        self.wait_for_frames(client)
        imported = client.ask('import_checkpoint', name=self.checkpoints()[-1].stem)
        self.assertEqual(list(imported.taken),
                         ['layer 1: 24 units', 'layer 2: 16 units', 'the read-out that predicts'])

    def test_a_new_configuration_is_preceded_by_a_checkpoint(self):
        process = self.start(*self.keeping(every_seconds=0))
        client = self.connect()
        self.wait_for_frames(client)
        text = self.config.read_text(encoding='utf-8')
        self.config.write_text(text.replace('frames: 0', 'frames: 0, shape: 5'), encoding='utf-8')
        client.ask('reload_config')
        # And followed by one where no source was there for a moment.
        self.assertIn(len(self.checkpoints()), [1, 2])
        process.terminate()
        self.assertEqual(self.finish(process).returncode, OK)


class DuringASave(ControlledTest, CheckpointTest):
    """Its process is stopped, as by a disk that does not answer."""

    MORE = ['--set', 'network.layers.0.units=1000', '--set', 'checkpoint.keep=100']

    def setUp(self):
        if any(name in pathlib.Path(HYPNOSD).read_bytes() for name in [b'__asan_init', b'__tsan_init']):
            self.skipTest('under a sanitizer the daemon itself saves')
        super().setUp()
        self.kept = self.folder / 'kept'
        # Large enough that the process can be caught.
        self.process = self.start(*self.keeping(every_seconds=0), *self.MORE)
        self.client, self.saver = self.connect(), self.connect()
        # Something is remembered by then.
        self.wait_for_new_frames(30)

    def wait_for_new_frames(self, count=1):
        before = self.client.ask('status').frames
        self.wait_until(lambda: self.client.ask('status').frames >= before + count)

    def saving_process(self) -> int | None:
        for folder in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                fields = (folder / 'stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != 'Z':
                return int(folder.name)
        return None

    @staticmethod
    def has_begun(process: int) -> bool:
        """It has asked to end with the daemon, and goes on to ignore what tells that to stop."""
        try:
            status = pathlib.Path(f'/proc/{process}/status').read_text(encoding='ascii')
        except OSError:
            return False
        ignored = int(re.search(r'^SigIgn:\s*(\w+)', status, re.MULTILINE)[1], 16)
        return bool(ignored >> (signal.SIGTERM - 1) & 1)

    def ask_to_save(self) -> concurrent.futures.Future:
        """Holds the process that saves until `go_on`."""
        for _ in range(20):
            self.wait_for_new_frames()
            saved = self.executor.submit(self.saver.ask, 'save_checkpoint')
            while not saved.done():
                self.saving = self.saving_process()
                if self.saving is not None:
                    os.kill(self.saving, signal.SIGSTOP)
                    self.addCleanup(self.go_on)
                    # Not one that has just ended, or just begun.
                    if self.saving_process() == self.saving and self.has_begun(self.saving):
                        self.before = self.checkpoints()
                        return saved
                    self.go_on()
        self.fail('a process that saves is not to be caught')

    def go_on(self):
        if self.saving is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.saving, signal.SIGCONT)
        self.saving = None

    def run(self, result=None):
        with concurrent.futures.ThreadPoolExecutor() as self.executor:
            return super().run(result)

    def test_everything_else_is_answered_and_done(self):
        saved = self.ask_to_save()
        begin = self.client.ask('status')
        self.assertTrue(begin.checkpoints.HasField('saving_seconds'))
        for name in ['status', 'list_sources', 'list_layers', 'snapshot', 'dream', 'predict',
                     'sleep_status', 'show_config']:
            self.client.ask(name)
        self.client.ask('inspect_layer', layer=1)
        self.assertTrue(self.client.ask('set_learning', on=False).changed)
        self.assertTrue(self.client.ask('set_learning', on=True).changed)
        self.client.ask('sleep_now')
        self.client.ask('wake')
        self.client.ask('pause_source', name='door')
        self.client.ask('resume_source', name='door')
        self.wait_until(lambda: self.client.ask('status').frames > begin.frames + 30)
        self.assertFalse(saved.done())
        self.go_on()
        checkpoint = saved.result().checkpoint
        # As it was when the saving began.
        self.assertLessEqual(checkpoint.frames, begin.frames)
        self.assertEqual(self.client.ask('verify_checkpoint', name=checkpoint.name).checkpoint,
                         checkpoint)

    def test_what_concerns_checkpoints_waits_for_its_turn(self):
        first = self.client.ask('save_checkpoint').checkpoint
        saved = self.ask_to_save()
        restored = self.executor.submit(self.client.ask, 'restore_checkpoint', name=first.name)
        another = self.connect()
        again = self.executor.submit(another.ask, 'save_checkpoint')
        third = self.connect()
        frames = third.ask('status').frames
        self.wait_until(lambda: third.ask('status').frames > frames + 10)
        self.assertFalse(restored.done() or again.done())
        self.go_on()
        self.assertEqual(restored.result().checkpoint, first)
        names = [checkpoint.name for checkpoint in (first, saved.result().checkpoint,
                                                    again.result().checkpoint)]
        self.assertEqual(names, sorted(set(names)))
        for name in names:
            third.ask('verify_checkpoint', name=name)

    def test_who_does_not_wait_any_more_costs_nothing(self):
        saved = self.ask_to_save()
        impatient = self.connect()
        impatient.socket.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            impatient.ask('list_checkpoints')
        impatient.close()
        self.go_on()
        saved.result()
        self.assertEqual(len(self.client.ask('list_checkpoints').checkpoints), len(self.before) + 1)

    def test_the_end_waits_for_it_and_saves_the_rest(self):
        saved = self.ask_to_save()
        begin = self.client.ask('status').frames
        self.wait_until(lambda: self.client.ask('status').frames > begin)
        self.assertTrue(self.client.ask('shutdown').changed)
        with self.assertRaises(subprocess.TimeoutExpired):
            self.process.wait(1)
        with self.assertRaises(control_client.Refused) as refused:
            self.client.ask('set_learning', on=False)
        self.assertEqual(refused.exception.args[0], 'STOPPING')
        self.go_on()
        self.assertEqual(self.finish(self.process).returncode, OK)
        self.assertIsNone(saved.exception())
        self.assertEqual(len(self.checkpoints()), len(self.before) + 2)
        self.assertEqual(sorted(self.kept.iterdir()), self.checkpoints())

    def test_a_second_signal_ends_it_and_leaves_what_was_whole(self):
        self.client.ask('save_checkpoint')
        saved = self.ask_to_save()
        self.process.terminate()
        with self.assertRaises(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self.process.terminate()
        self.finish(self.process)
        self.assertIsNotNone(saved.exception())
        self.assertEqual(self.checkpoints(), self.before)
        process = self.start(*self.keeping(), *self.MORE)
        self.wait_for_frames(self.connect())
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, OK)
        self.assertIn('going on from checkpoint-', done.stderr)
        self.assertEqual(sorted(self.kept.iterdir()), self.checkpoints())


class Format(CheckpointTest):

    def test_what_it_takes_is_about_what_was_estimated(self):
        for sets in [[], ['network.layers.0.units=200'], ['learning.rule=rehearsed'],
                     ['memory.sequences=100', 'learning.rule=interleaved'],
                     ['generator.rule=least_squares']]:
            arguments = ['--set', 'encoding.width=32', '--set', 'encoding.height=32']
            for one in sets:
                arguments += ['--set', one]
            done = self.run_program(*self.keeping(), *arguments, '--check-config')
            self.assertEqual(done.returncode, OK, done.stderr)
            told = float(re.search(r'disk: about (\d+) MiB', done.stdout)[1])
            shutil.rmtree(self.kept, ignore_errors=True)
            self.watch(LONG.replace('20000', '1000'))
            done = self.run_program(*self.keeping(every_seconds=0), *arguments, '--until-end')
            self.assertEqual(done.returncode, OK, done.stderr)
            real = self.checkpoints()[-1].stat().st_size / 2**20
            self.assertAlmostEqual(told, real, delta=0.6 + 0.25 * real)

    def test_numpy_alone_reads_it_as_the_readme_says(self):
        try:
            import numpy
        except ImportError:
            self.skipTest('there is no numpy: scripts/install-packages test')
        self.stop_after_some()
        root = pathlib.Path(__file__).resolve().parents[2]
        readme = (root / 'README.md').read_text(encoding='utf-8')
        snippet = re.search(r"```python\n(import json\n.*?)```", readme, re.DOTALL)[1]
        snippet = snippet.replace('/var/lib/hypnos/checkpoints', str(self.kept))
        scope = {}
        picture = self.folder / 'layer1.pgm'
        exec(compile(snippet.replace('layer1.pgm', str(picture)), 'README.md', 'exec'), scope)
        self.assertEqual(scope['weights'].shape, (24, 64 + 16 + 24))
        self.assertEqual(scope['weights'].dtype, numpy.float32)
        self.assertTrue(picture.read_bytes().startswith(b'P5'))
        self.assertEqual(json.loads(scope['metadata']['config'])['seed'], '1')


if __name__ == '__main__':
    unittest.main()
