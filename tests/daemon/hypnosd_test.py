#!/usr/bin/env python3
"""hypnosd from outside: what it says, with which exit code it ends, and which bytes it writes.

usage: hypnosd_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import functools
import http.server
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest

import clips
import control_client
from hypnosd_case import (CONFIGURATION, HYPNOSD, IO_ERROR, NO_INPUT, OK, PATIENCE_S, SMALL, TRY_AGAIN,
                          USAGE, ENDLESS, ControlledTest, HypnosdTest)


class QuietHandler(http.server.SimpleHTTPRequestHandler):

    def log_message(self, *arguments):
        pass


class Program(HypnosdTest):

    def test_help_names_every_flag_and_exit_code(self):
        done = self.run_program('--help')
        self.assert_ends(done, OK)
        for flag in ['--config', '--set', '--check-config', '--print-config', '--until-end',
                     '--fresh', '--scores', '--threads', '--control', '--log-level', '--version']:
            self.assertIn(flag, done.stdout)
        for code in [USAGE, NO_INPUT, 70, IO_ERROR, TRY_AGAIN, CONFIGURATION]:
            self.assertIn(f'{code} ', done.stdout)

    def test_version_is_one_line(self):
        done = self.run_program('--version')
        self.assert_ends(done, OK)
        self.assertRegex(done.stdout, r'^hypnosd \d+\.\d+\.\d+ \(commit ([0-9a-f]{12}\+?|unknown), '
                                      r'\w+.*\)\n$')

    def test_wrong_usage_is_named(self):
        for arguments, word in [(['--nonsense'], '--nonsense'), (['more', 'extra'], 'extra'),
                                (['--config'], '--config'), (['--threads', '-1'], '--threads'),
                                (['--threads', 'many'], 'many'), (['--set'], '--set'),
                                (['--log-level', 'loud'], 'loud'), (['--scores', ''], '--scores')]:
            done = self.run_program(*arguments)
            self.assert_ends(done, USAGE, f'.*{word}.*', 'Run with --help for more information.')
            self.assertEqual(done.stdout, '')

    def test_a_configuration_without_its_flag_is_told_the_flag(self):
        self.assert_ends(self.run_program('my.yaml'), USAGE, '.*my.yaml.*', 'Run with --help for more information.',
                         'A configuration is named with --config my.yaml')

    def test_without_a_configuration_says_how_to_name_one(self):
        if os.path.exists('/etc/hypnos/hypnos.yaml'):
            self.skipTest('this machine has a configuration')
        self.assert_refused(self.run_program(), CONFIGURATION,
                            "cannot read '/etc/hypnos/hypnos.yaml': No such file or directory; "
                            'say with --config FILE which one to use')

    def test_what_is_printed_must_arrive(self):
        for arguments in [['--help'], ['--version'], ['--check-config'], ['--print-config']]:
            with open('/dev/full', 'w', encoding='utf-8') as full:
                done = self.run_program('--config', self.config, *arguments, stdout=full)
            self.assert_ends(done, IO_ERROR,
                             'cannot write to the standard output: No space left on device')


class Configuration(HypnosdTest):

    def test_a_valid_one_is_said_to_be_valid(self):
        done = self.run_program('--config', self.config, '--check-config')
        self.assert_ends(done, OK)
        self.assertEqual(done.stdout, f'{self.config}: valid\n'
                         'memory: not known before the first frame; give encoding.width and height '
                         'for an estimate\n')

    def test_a_missing_one(self):
        done = self.run_program('--config', 'nowhere.yaml', '--scores', self.scores)
        self.assert_refused(done, CONFIGURATION,
                            "cannot read 'nowhere.yaml': No such file or directory")

    def test_an_unknown_key_with_its_place_and_the_nearest_one(self):
        text = self.config.read_text(encoding='utf-8').replace('units: 16', 'unitz: 16')
        self.config.write_text(text, encoding='utf-8')
        line = next(i for i, row in enumerate(text.splitlines(), 1) if 'unitz' in row)
        self.assert_refused(self.run_to_end(), CONFIGURATION,
                            f"{self.config}:{line}:7: unknown key 'unitz' in layer; "
                            "did you mean 'units'\\?")

    def test_not_a_number(self):
        done = self.run_to_end('--set', 'learning.rate=nan')
        self.assert_refused(done, CONFIGURATION,
                            "--set learning.rate=nan: 'rate' must be a number .*, found 'nan'")

    def test_nothing_to_learn_against(self):
        text = self.config.read_text(encoding='utf-8')
        line = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith('learning'))
        for weights, complaint in [
                ('dream: 0', "all weights are 0, so that there is nothing to learn against: .*"),
                ('splice: -1', "'splice' must be a number from 0 to 1000000, found '-1'"),
                ('hybrid: .nan', "'hybrid' must be a number from 0 to 1000000, found '.nan'")]:
            self.config.write_text(text.replace(
                'rule: deferred_contrast}',
                f'rule: deferred_contrast, negatives: {{{weights}}}}}'), encoding='utf-8')
            self.assert_refused(self.run_to_end(), CONFIGURATION,
                                f'{self.config}:{line}:\\d+: {complaint}')

    def test_says_what_it_learned_against(self):
        clips.write_avi(self.folder / 'clip.avi', 40)
        done = self.run_to_end('--set', 'learning.negatives={dream: 0, one_step: 1}')
        self.assert_ends(done, OK)
        self.assertRegex(done.stdout, r'It learned against:\n  one_step: \d+ steps; p\(real\)')

    def test_the_environment_overrides_keys_and_misspelt_ones_are_named(self):
        self.environment = {'HYPNOS_SEED': '7', 'HYPNOS_INSTALL': 'no'}
        done = self.run_program('--config', self.config, '--print-config')
        self.assert_ends(done, OK)
        self.assertIn('seed: 7\n', done.stdout)
        self.environment = {'HYPNOS_SED': '7'}
        self.assert_refused(self.run_to_end(), CONFIGURATION,
                            "HYPNOS_SED: unknown key 'sed' in config; did you mean 'seed'\\?")

    def test_a_patch_larger_than_the_frame(self):
        clips.write_avi(self.folder / 'clip.avi', 5)
        done = self.run_to_end('--set', 'encoding.patches.size=64')
        self.assert_refused(done, CONFIGURATION,
                            'a patch of 64x64 does not fit into a frame of 32x24: .*choose .*')

    def test_a_network_larger_than_memory(self):
        if b'__asan_init' in pathlib.Path(HYPNOSD).read_bytes():
            self.skipTest('the address sanitizer ends the program itself')
        clips.write_avi(self.folder / 'clip.avi', 5)

        # Whatever memory the machine has, and however generous its kernel is.
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        done = self.run_to_end('--set', 'network.layers.0.units=1048576', preexec_fn=limit)
        self.assert_refused(done, CONFIGURATION,
                            'the network and what it remembers do not fit into memory: choose fewer units .*')


class Input(HypnosdTest):

    def test_a_missing_file(self):
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': file 'clip.avi' does not exist")

    def test_text_that_is_named_like_a_video(self):
        (self.folder / 'clip.avi').write_text('This is no video.\n', encoding='utf-8')
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': file 'clip.avi' is no video that can be read here: .*")

    def test_an_empty_file(self):
        (self.folder / 'clip.avi').touch()
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': file 'clip.avi' is no video .*: it is empty")

    def test_a_pipe_and_a_device_are_no_files(self):
        os.mkfifo(self.folder / 'clip.avi')
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': file 'clip.avi' is no video .*: it is no regular file.*")
        self.watch('file: {path: /dev/zero}')
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': file '/dev/zero' is no video .*: it is a device; .*")

    def test_a_video_without_a_frame(self):
        clips.write_avi(self.folder / 'clip.avi', 0)
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': file 'clip.avi' holds no frame that can be decoded")

    def test_a_folder_without_an_image(self):
        (self.folder / 'images').mkdir()
        self.watch('folder: {path: images}')
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': folder 'images' holds no image")

    def test_a_camera_that_is_not_there(self):
        self.watch('camera: {device: /dev/video99}')
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'door': there is no camera '/dev/video99'; is it plugged in.*")

    def test_a_device_that_is_no_camera(self):
        self.watch('camera: {device: /dev/null}')
        self.assert_refused(self.run_to_end(), TRY_AGAIN,
                            "source 'door': '/dev/null' cannot be opened as a camera: .*")

    def test_a_truncated_clip_is_watched_as_far_as_it_goes(self):
        clip = self.folder / 'clip.avi'
        clips.write_avi(clip, 40)
        os.truncate(clip, clip.stat().st_size // 2)
        done = self.run_to_end()
        frames = len(self.rows())
        self.assert_ends(done, IO_ERROR, f"source 'door': file 'clip.avi' ends after frame {frames} "
                                         'of 40: truncated or damaged')
        self.assert_rows(frames)
        self.assertGreater(frames, 10)
        self.assertIn(f'Saw {frames} frames', done.stdout)

    def test_a_stream_over_http(self):
        clips.write_avi(self.folder / 'clip.avi', 40)
        server = http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), functools.partial(QuietHandler, directory=self.folder))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f'http://127.0.0.1:{server.server_port}/'
        self.watch(f'stream: {{url: "{url}clip.avi"}}')
        self.assert_ends(self.run_to_end('--set', 'sources.0.on_full=block'), OK)
        self.assert_rows(40)
        self.scores.unlink()
        self.watch(f'stream: {{url: "{url}nothing.avi"}}')
        self.assert_refused(self.run_to_end(), TRY_AGAIN,
                            f"source 'door': stream '{url}nothing.avi' cannot be opened: .*")

    def test_an_image_that_is_damaged_is_passed_over(self):
        images = self.folder / 'images'
        images.mkdir()
        for number in range(5):
            clips.write_pgm(images / f'{number}.pgm', number)
        (images / '3.pgm').write_text('P5 is not enough', encoding='utf-8')
        self.watch('folder: {path: images}')
        self.assert_ends(self.run_to_end(), OK,
                         "source 'door': image 'images/3.pgm' is skipped: .*",
                         'frames that could not be decoded and were passed over: 1')
        self.assertEqual([row['frame'] for row in self.rows()], ['0', '1', '2', '4'])

    def test_frames_of_another_size(self):
        images = self.folder / 'images'
        images.mkdir()
        for number in range(12):
            size = (48, 16) if 4 <= number < 8 or number > 9 else (32, 24)
            clips.write_pgm(images / f'{number}.pgm', number, *size)
        self.watch('folder: {path: images}')
        done = self.run_to_end()
        self.assert_ends(done, OK, "source 'door': frame 4 is not of the size of the first one; .*")
        self.assert_rows(12)
        self.assertIn('State was reset 3 times: resize.\n', done.stdout)
        # Nothing leads up to the first frame of a size.
        self.assertEqual([row['frame'] for row in self.rows() if row['score'] == '0'],
                         ['0', '4', '8', '10'])


class Names(HypnosdTest):

    def test_with_control_characters_are_harmless_on_a_terminal_and_whole_in_the_scores(self):
        name, path = 'a\x1b[31m\nb', 'c\x1b[0mlip.avi'
        clips.write_avi(self.folder / path, 5)
        self.config.write_text(SMALL.replace('name: door', r'name: "a\e[31m\nb"').format(
            source=r'file: {path: "c\e[0mlip.avi"}'), encoding='utf-8')
        done = self.run_to_end('--set', 'output.status_interval_seconds=0.001')
        self.assert_ends(done, OK)
        self.assertNotIn('\x1b', done.stdout + done.stderr)
        self.assertIn(r"c\x1b[0mlip.avi", done.stderr)
        self.assertEqual({row['clip'] for row in self.rows()}, {name})
        (self.folder / path).unlink()
        self.scores.unlink()
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            re.escape(r"source 'a\x1b[31m\x0ab': file 'c\x1b[0mlip.avi' ") +
                            'does not exist')


class Scores(HypnosdTest):

    def setUp(self):
        super().setUp()
        clips.write_avi(self.folder / 'clip.avi', 40)

    def test_have_a_row_a_frame(self):
        done = self.run_to_end()
        self.assert_ends(done, OK)
        self.assert_rows(40)
        self.assertEqual({row['clip'] for row in self.rows()}, {'door'})
        self.assertEqual([row['time_s'] for row in self.rows()[:3]], ['0', '0.1', '0.2'])
        self.assertRegex(done.stdout, '^Saw 40 frames in .* learned from 40, slept [1-9]')

    def test_cannot_be_written(self):
        for path, why in [('/nowhere/scores.csv', 'No such file or directory'),
                          (self.folder, 'Is a directory'),
                          ('x' * 300, 'File name too long')]:
            done = self.run_program('--config', self.config, '--until-end', '--scores', path)
            self.assert_refused(done, IO_ERROR, f"--scores: cannot create '{path}': {why}")

    def test_never_go_where_the_input_comes_from(self):
        video, settings = (self.folder / 'clip.avi').read_bytes(), self.config.read_bytes()
        for path, whose in [('clip.avi', 'what is to be watched'),
                            (self.config, 'the configuration')]:
            done = self.run_program('--config', self.config, '--until-end', '--scores', path)
            self.assert_refused(done, USAGE, f"--scores: '{path}' is {whose}, which would be lost; "
                                             'name another file')
        self.assertEqual((self.folder / 'clip.avi').read_bytes(), video)
        self.assertEqual(self.config.read_bytes(), settings)

    def test_of_before_survive_a_run_that_is_refused(self):
        self.scores.write_text('of yesterday\n', encoding='utf-8')
        for more, code in [(['--set', 'encoding.patches.size=64'], CONFIGURATION),
                           (['--set', 'sources.0.file.path=none.avi'], NO_INPUT)]:
            self.assertEqual(self.run_to_end(*more).returncode, code)
            self.assertEqual(self.scores.read_text(encoding='utf-8'), 'of yesterday\n')
        # And give way to those of a run that has some, in the same file: who follows it goes on.
        before = self.scores.stat().st_ino
        self.assert_ends(self.run_to_end(), OK)
        self.assert_rows(40)
        self.assertEqual(self.scores.stat().st_ino, before)

    def test_go_through_a_pipe(self):
        pipe = self.folder / 'pipe'
        os.mkfifo(pipe)
        process = self.start('--config', self.config, '--until-end', '--scores', pipe)
        self.scores.write_text(pipe.read_text(encoding='utf-8'), encoding='utf-8')
        self.assert_ends(self.finish(process), OK)
        self.assert_rows(40)

    def test_wait_for_the_reader_of_a_pipe_and_can_be_stopped_then(self):
        pipe = self.folder / 'pipe'
        os.mkfifo(pipe)
        process = self.start('--config', self.config, '--until-end', '--scores', pipe)
        self.assertRegex(process.stderr.readline(), "waiting for a reader of '.*pipe'")
        process.send_signal(signal.SIGTERM)
        self.assert_ends(self.finish(process), OK)

    def test_go_to_a_full_disk(self):
        done = self.run_program('--config', self.config, '--until-end', '--scores', '/dev/full')
        self.assert_ends(done, IO_ERROR,
                         "--scores: cannot write to '/dev/full': No space left on device; .*")
        self.assertIn('Saw 40 frames', done.stdout, 'learning goes on')
        self.assertTrue(os.path.exists('/dev/full'))

    def test_keep_whole_rows_where_the_disk_fills_up(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        done = self.run_to_end(preexec_fn=limit)
        self.assert_ends(done, IO_ERROR, '--scores: cannot write to .*: File too large; .*')
        frames = len(self.rows())
        self.assertIn(frames, range(10, 40))
        self.assert_rows(frames)

    def test_never_remove_a_device(self):
        link = self.folder / 'null'
        link.symlink_to('/dev/null')
        done = self.run_program('--config', self.config, '--until-end', '--scores', link,
                                '--set', 'encoding.patches.size=64')
        self.assertEqual(done.returncode, CONFIGURATION)
        self.assertTrue(link.is_symlink())

    def test_of_a_playlist_are_of_what_is_not_learned_from(self):
        entry = '{{name: {}, learn: {}, file: {{path: clip.avi}}}}'.format
        self.watch(f'playlist: {{entries: [{entry("usual", "true")}, {entry("odd", "false")}]}}')
        self.assert_ends(self.run_to_end(), OK)
        self.assertEqual({row['clip'] for row in self.rows()}, {'odd'})
        self.assert_rows(40)
        self.assert_ends(self.run_to_end('--set', 'output.score_learned_entries=true'), OK)
        self.assertEqual({row['clip'] for row in self.rows()}, {'usual', 'odd'})
        self.assert_ends(self.run_to_end('--set', 'sources.0.learn=false'), OK)
        self.assertEqual({row['clip'] for row in self.rows()}, {'usual', 'odd'})

    def test_that_can_hold_no_row_are_announced(self):
        self.watch('playlist: {entries: [{name: usual, file: {path: clip.avi}}]}')
        done = self.run_to_end()
        self.assert_ends(done, OK, '--scores: .* every entry of the playlist is learned from.*'
                                   'output.score_learned_entries.*')
        self.assertFalse(self.scores.exists())


class Labels(HypnosdTest):
    """What frames are said to show."""

    def setUp(self):
        super().setUp()
        clips.write_avi(self.folder / 'clip.avi', 40)
        self.labels = self.folder / 'clip.csv'
        self.labels.write_text('first,last,label\n0,14,left\n20,39,right\n', encoding='utf-8')
        self.watch('file: {path: clip.avi}\n    labels: {file: clip.csv}')
        self.columns += ['label', 'label_by_read_out', 'p_by_read_out', 'label_by_goodness',
                         'p_by_goodness']
        self.sets = ['--set', 'labels.classes=[left, right]', '--set', 'learning.rule=interleaved',
                     '--set', 'learning.negatives={random_label: 1, predicted_label: 1}']

    def test_are_learned_told_and_written(self):
        done = self.run_to_end(*self.sets)
        self.assert_ends(done, OK)
        rows = self.rows()
        self.assertEqual([row['label'] for row in rows],
                         ['left'] * 15 + [''] * 5 + ['right'] * 20)
        for row in rows:
            self.assertIn(row['label_by_read_out'], ['left', 'right'])
            self.assertIn(row['label_by_goodness'], ['left', 'right'])
            self.assertEqual(row['p_by_read_out'] == '', row['label'] == '')
        self.assertEqual(float(rows[0]['p_by_read_out']), 0.5, 'nothing is known yet')
        self.assertRegex(done.stdout, r'Of labelled frames it named so many right, .*:\n'
                                      r'  35 learned from: [\d.]+ % by read-out, [\d.]+ % by goodness; '
                                      r'the label before: 94\.3 %; of the last 35: ')

    def test_give_the_same_bits_for_any_number_of_threads(self):
        self.assert_ends(self.run_to_end(*self.sets, '--threads', 1), OK)
        first = self.scores.read_bytes()
        for threads in [2, 8]:
            self.assert_ends(self.run_to_end(*self.sets, '--threads', threads), OK)
            self.assertEqual(self.scores.read_bytes(), first, f'{threads} threads')

    def test_that_make_no_sense_are_named_by_file_and_line(self):
        for text, complaint in [
                ('first,last,label\n0,14,left\n15,39,rihgt\n',
                 "clip.csv:3: 'rihgt' is none of labels.classes; did you mean 'right'\\?"),
                ('0,left\n', 'clip.csv:1: the first line must be first,last,label or frame,label'),
                ('frame,label\n3,left\n3,right\n', 'clip.csv:3: frame 3 comes after frame 3 .*')]:
            with self.subTest(text=text):
                self.labels.write_text(text, encoding='utf-8')
                self.assert_refused(self.run_to_end(*self.sets), NO_INPUT,
                                    "source 'door': " + complaint)
        self.labels.unlink()
        self.assert_refused(self.run_to_end(*self.sets), NO_INPUT,
                            "source 'door': cannot read 'clip.csv': No such file or directory")

    def test_beyond_the_end_of_the_clip_are_told_at_its_end(self):
        self.labels.write_text('first,last,label\n0,39,left\n40,49,right\n', encoding='utf-8')
        done = self.run_to_end(*self.sets)
        self.assert_ends(done, NO_INPUT, "source 'door': clip.csv:3: frame 49 has a label, but the "
                                         'clip ended after frame 39: .*')
        self.assert_rows(40)

    def test_of_the_configuration_are_checked_with_it(self):
        self.watch('file: {path: clip.avi}\n    labels: {name: lefd}')
        done = self.run_program('--config', self.config, *self.sets, '--check-config')
        self.assertEqual(done.returncode, CONFIGURATION)
        self.assertRegex(done.stderr, r"test\.yaml:5:\d+: 'lefd' is none of labels.classes; "
                                      r"did you mean 'left'\?")
        done = self.run_program('--config', self.config, '--check-config')
        self.assertEqual(done.returncode, CONFIGURATION)
        self.assertIn('labels.classes does not say which labels there are', done.stderr)

    def test_that_the_scores_would_overwrite_are_safe(self):
        before = self.labels.read_text(encoding='utf-8')
        done = self.run_program('--config', self.config, *self.sets, '--scores', 'clip.csv')
        self.assert_ends(done, USAGE, "--scores: 'clip.csv' is what is to be watched, .*")
        self.assertEqual(self.labels.read_text(encoding='utf-8'), before)


class Several(HypnosdTest):
    """Sources at the same time, through one network."""

    def setUp(self):
        super().setUp()
        self.columns.append('source')
        for number, name in enumerate(['door', 'yard', 'list']):
            clips.write_avi(self.folder / f'{name}.avi', 40 + 10 * number)
        self.watch_sources('{name: door, file: {path: door.avi}}',
                           '{name: yard, file: {path: yard.avi}}',
                           '{name: list, playlist: {entries: [{name: usual, file: {path: list.avi}},'
                           ' {name: odd, learn: false, file: {path: list.avi}}]}}')

    def frames_of(self, source: str) -> list[int]:
        return [int(row['frame']) for row in self.rows() if row['source'] == source]

    def test_files_lose_nothing_and_each_is_told_apart(self):
        done = self.run_to_end()
        self.assert_ends(done, OK)
        self.assertEqual(self.frames_of('door'), list(range(40)))
        self.assertEqual(self.frames_of('yard'), list(range(50)))
        self.assertEqual({row['clip'] for row in self.rows() if row['source'] == 'list'}, {'odd'})
        self.assertEqual(self.frames_of('list'), list(range(60)))
        self.assertRegex(done.stdout, '^Saw 210 frames in .* learned from 150, slept [1-9]')
        self.assertIn('\n  yard: 50 frames, prediction error ', done.stdout)

    def test_give_the_same_bits_for_any_number_of_threads(self):
        for rule in ['rehearsed', 'deferred_contrast', 'interleaved']:
            with self.subTest(rule=rule):
                rule = '--set', f'learning.rule={rule}'
                self.assert_ends(self.run_to_end(*rule, '--threads', 1), OK)
                first = self.scores.read_bytes()
                for threads in [2, 8, 0]:
                    self.assert_ends(self.run_to_end(*rule, '--threads', threads), OK)
                    self.assertEqual(self.scores.read_bytes(), first, f'{threads} threads')

    def test_one_that_breaks_off_holds_up_no_other(self):
        yard = self.folder / 'yard.avi'
        os.truncate(yard, yard.stat().st_size // 2)
        done = self.run_to_end()
        self.assert_ends(done, IO_ERROR, "source 'yard': file 'yard.avi' ends after frame .*")
        self.assertEqual(self.frames_of('door'), list(range(40)))
        self.assertEqual(self.frames_of('list'), list(range(60)))
        self.assertRegex(done.stdout, '  yard: .*; it broke off')

    def test_one_of_another_size_is_named_with_another_one(self):
        clips.write_avi(self.folder / 'yard.avi', 50, width=48)
        done = self.run_to_end()
        self.assert_ends(done, CONFIGURATION, "source 'yard': its frames are of 48x24, and those of "
                                              "'door', .* of 32x24: give encoding.width and .*")
        self.assertEqual(self.frames_of('door'), list(range(40)))
        self.assert_ends(self.run_to_end('--set', 'encoding.width=32',
                                         '--set', 'encoding.height=24'), OK)

    def test_one_that_is_not_there_is_told_before_anything_is_learned(self):
        (self.folder / 'yard.avi').unlink()
        self.assert_refused(self.run_to_end(), NO_INPUT,
                            "source 'yard': file 'yard.avi' does not exist")

    def test_scores_never_go_where_any_of_them_comes_from(self):
        done = self.run_program('--config', self.config, '--until-end', '--scores', 'yard.avi')
        self.assert_refused(done, USAGE, "--scores: 'yard.avi' is what is to be watched, .*")


class SameBits(HypnosdTest):

    def bits(self, *arguments) -> bytes:
        done = self.run_to_end(*arguments)
        self.assert_ends(done, OK)
        return self.scores.read_bytes()

    def test_for_any_number_of_threads_and_in_every_run(self):
        clips.write_avi(self.folder / 'clip.avi', 60)
        for rule in ['rehearsed', 'deferred_contrast', 'interleaved']:
            with self.subTest(rule=rule):
                rule = '--set', f'learning.rule={rule}'
                first = self.bits(*rule, '--threads', 1)
                self.assert_rows(60)
                for threads in [1, 2, 8, 0]:
                    self.assertEqual(self.bits(*rule, '--threads', threads), first,
                                     f'{threads} threads')

    def test_and_others_for_another_seed_and_without_learning(self):
        clips.write_avi(self.folder / 'clip.avi', 60)
        first = self.bits()
        self.assertNotEqual(self.bits('--set', 'seed=2'), first)
        self.assertNotEqual(self.bits('--set', 'learning.rule=looking'), first)


class Stopping(HypnosdTest):

    def setUp(self):
        super().setUp()
        self.watch(ENDLESS)

    def start_and_wait_for_rows(self, *arguments, **options) -> subprocess.Popen:
        process = self.start('--config', self.config, '--scores', self.scores, *arguments,
                             **options)
        self.wait_until(lambda: self.scores.exists() and self.scores.stat().st_size > 2000)
        return process

    def test_ends_in_order_when_told_to(self):
        for signal_ in [signal.SIGTERM, signal.SIGINT]:
            for more in [(), ('--until-end',), ('--threads', 1)]:
                process = self.start_and_wait_for_rows(*more)
                process.send_signal(signal_)
                done = self.finish(process)
                self.assert_ends(done, OK)
                frames = int(re.match(r'Saw (\d+) frames', done.stdout)[1])
                self.assert_rows(frames)
                self.scores.unlink()

    def test_ends_at_once_when_told_twice(self):
        process = self.start_and_wait_for_rows()
        # Stopped, it finds both together when it goes on: no time to end in order.
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        done = self.finish(process)
        self.assertIn(done.returncode, [128 + signal.SIGTERM, 128 + signal.SIGINT])
        self.assert_rows(len(self.rows()))

    def test_leaves_whole_rows_when_the_plug_is_pulled(self):
        for _ in range(3):
            process = self.start_and_wait_for_rows()
            process.kill()
            process.wait()
            self.assert_rows(len(self.rows()))

    def test_waits_to_be_told_after_the_end(self):
        clips.write_avi(self.folder / 'clip.avi', 5)
        self.watch('file: {path: clip.avi}')
        process = self.start('--config', self.config)
        self.assertIn('Saw 5 frames', process.stdout.readline())
        self.assertIsNone(process.poll())
        process.terminate()
        self.assert_ends(self.finish(process), OK)

    def test_goes_on_for_hangup(self):
        process = self.start_and_wait_for_rows()
        process.send_signal(signal.SIGHUP)
        # Between other lines, where that takes longer than the next status.
        self.assertTrue(any('reload: nothing has changed' in line for line in process.stderr))
        self.assertIsNone(process.poll())

    def test_goes_on_when_nobody_reads_the_log(self):
        process = self.start_and_wait_for_rows('--set', 'output.status_interval_seconds=0.01')
        process.stderr.close()
        before = self.scores.stat().st_size
        time.sleep(0.1)
        self.wait_until(lambda: self.scores.stat().st_size > before + 1000)
        process.terminate()
        self.assertEqual(process.wait(PATIENCE_S), OK)


class SeveralAtOnce(ControlledTest):
    """Sources that are too fast, that come and go, and that do not notice each other."""

    def sources(self, client) -> dict:
        return {source.name: source for source in client.ask('status').sources}

    def test_share_fairly_where_all_are_too_fast_and_files_lose_nothing(self):
        live = [f'live {number}' for number in range(6)]
        clips.write_avi(self.folder / 'clip.avi', 60)
        self.watch_sources(
            *(f'{{name: {name}, on_full: drop_oldest, synthetic: {{scene: glyphs, shape: {number}, '
              'width: 32, height: 24, frames: 0}}' for number, name in enumerate(live)),
            '{name: file, file: {path: clip.avi}}', '{name: other, file: {path: clip.avi}}')
        # A network that takes far longer for a frame than it takes to make one.
        process = self.start('--config', self.config, '--scores', self.scores,
                             '--set', 'network.layers.0.units=768', '--set', 'network.steps_per_frame=4')
        client = self.connect()
        self.wait_until(lambda: self.sources(client)['other'].frames == 60)
        sources = self.sources(client)
        client.ask('shutdown')
        self.assert_ends(self.finish(process), OK)
        for name in ['file', 'other']:
            self.assertEqual(sources[name].dropped_slow, 0)
            self.assertEqual(sources[name].frames, 60)
        # Each had a frame whenever it was its turn, and a turn for each frame of the files.
        for name in live:
            self.assertGreater(sources[name].dropped_slow, 0)
            self.assertAlmostEqual(sources[name].frames / sources['live 0'].frames, 1, delta=0.05)

    def test_come_and_go_by_commands(self):
        self.watch_sources('{name: door, synthetic: {scene: glyphs, width: 32, height: 24, frames: 0}}')
        process = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        added = client.ask('add_source', yaml='{name: yard, synthetic: {width: 32, height: 24, '
                                              'frames: 0}}')
        self.assertEqual(added.source.name, 'yard')
        self.wait_until(lambda: self.sources(client)['yard'].frames > 20)
        client.ask('pause_source', name='yard')
        self.assertEqual(self.sources(client)['yard'].state, added.source.PAUSED)
        before = self.sources(client)
        self.wait_until(lambda: self.sources(client)['door'].frames > before['door'].frames + 20)
        # Those that were under way (pipeline.frames_in_flight).
        self.assertLessEqual(self.sources(client)['yard'].frames, before['yard'].frames + 3)
        client.ask('resume_source', name='yard')
        self.wait_until(lambda: self.sources(client)['yard'].frames > before['yard'].frames + 20)
        self.assertEqual(client.ask('status').discontinuities['pause'], 1)
        client.ask('remove_source', name='door')
        self.assertEqual(list(self.sources(client)), ['yard'])
        client.ask('remove_source', name='yard')
        with self.assertRaisesRegex(control_client.Refused, 'SOURCE_NOT_FOUND'):
            client.ask('remove_source', name='yard')
        # Nothing is watched, and it can be again.
        client.ask('add_source', yaml='{name: shed, synthetic: {width: 32, height: 24, frames: 0}}')
        self.wait_until(lambda: self.sources(client)['shed'].frames > 20)
        client.ask('shutdown')
        self.assertEqual(self.finish(process).returncode, OK)

    def test_come_and_go_with_the_configuration(self):
        door = '{name: door, synthetic: {scene: glyphs, width: 32, height: 24, frames: 0}}'
        yard = '{{name: yard, synthetic: {{width: 32, height: 24, frames: {}}}}}'.format
        self.watch_sources(door)
        process = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        self.watch_sources(door, yard(0))
        self.assertEqual(list(client.ask('reload_config').changed), ['sources.yard'])
        self.wait_until(lambda: self.sources(client)['yard'].frames > 0)
        self.watch_sources(door, yard(5))
        process.send_signal(signal.SIGHUP)
        # Between the one that goes and the one that comes there may be none.
        self.wait_until(lambda: any(source.name == 'yard' and source.state == source.ENDED
                                    for source in client.ask('status').sources))
        self.assertEqual(self.sources(client)['yard'].frames, 5)
        self.watch_sources(door)
        self.assertEqual(list(client.ask('reload_config').changed), ['sources.yard'])
        self.assertEqual(list(self.sources(client)), ['door'])
        # It had one start and no gap: it did not notice.
        status = client.ask('status')
        self.assertEqual(status.discontinuities['start'], 3)
        client.ask('shutdown')
        done = self.finish(process)
        self.assert_ends(done, OK)
        self.assertIn('reload: sources.yard has changed', done.stderr)


class Control(ControlledTest):
    """Who talks to it while it runs."""

    def test_asks_and_shuts_it_down(self):
        process = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        status = client.ask('status')
        self.assertRegex(status.daemon_version, r'^\d+\.\d+\.\d+$')
        self.assertEqual(status.sources[0].name, 'door')
        self.assertEqual(status.clients, 1)
        self.assertEqual(self.control.stat().st_mode & 0o777, 0o660)
        self.assertTrue(client.ask('snapshot').pictures[0].png.startswith(b'\x89PNG'))
        self.assertTrue(client.ask('shutdown').changed)
        done = self.finish(process)
        self.assert_ends(done, OK)
        self.assertRegex(done.stdout, r'^Saw \d+ frames')
        self.assertFalse(self.control.exists())

    def test_is_answered_while_the_source_is_opened(self):
        # Listens and never says a word: a camera that hangs.
        with socket.create_server(('127.0.0.1', 0)) as silent:
            self.watch(f'stream: {{url: "tcp://127.0.0.1:{silent.getsockname()[1]}"}}')
            self.start('--config', self.config)
            client = self.connect()
            self.wait_until(lambda: self.state(client) == 'CONNECTING')
            self.assertTrue(client.ask('pause_source', name='door').changed)
            self.assertEqual(self.state(client), 'PAUSED')

    def test_is_answered_after_the_end(self):
        clips.write_avi(self.folder / 'clip.avi', 5)
        self.watch('file: {path: clip.avi}')
        process = self.start('--config', self.config)
        self.assertIn('Saw 5 frames', process.stdout.readline())
        client = self.connect()
        self.assertEqual(self.state(client), 'ENDED')
        self.assertEqual(client.ask('snapshot').frame, 4)
        client.ask('shutdown')
        self.assert_ends(self.finish(process), OK)

    def test_is_gone_with_the_daemon_that_was_told_to_stop_by_a_signal(self):
        process = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        process.terminate()
        self.assert_ends(self.finish(process), OK)
        with self.assertRaises((ConnectionError, control_client.Refused)):
            client.ask('status')
        self.assertFalse(self.control.exists())

    def test_changes_no_bit_by_asking_everything_all_the_time(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 4000}')
        self.assert_ends(self.run_to_end('--control', ''), OK)
        alone = self.scores.read_bytes()
        self.scores.unlink()
        process = self.start('--config', self.config, '--until-end', '--scores', self.scores)
        client, answered = self.connect(), 0
        try:
            while True:
                for name, fields in [('status', {}), ('list_layers', {}),
                                     ('inspect_layer', {'layer': 1}), ('snapshot', {}),
                                     ('dream', {'steps': 2}), ('predict', {}),
                                     ('show_config', {})]:
                    try:
                        client.ask(name, **fields)
                        answered += 1
                    except control_client.Refused as refused:
                        self.assertIn(refused.args[0], ['NO_NETWORK', 'STOPPING'])
        except ConnectionError:
            pass  # it has come to its end
        self.assert_ends(self.finish(process), OK)
        self.assertGreater(answered, 50)
        self.assertTrue(self.scores.read_bytes() == alone, 'scores differ')

    def test_on_a_path_that_another_daemon_has_is_refused(self):
        self.start('--config', self.config)
        client = self.connect()
        done = self.run_program('--config', self.config)
        self.assert_refused(done, TRY_AGAIN,
                            f'control socket {self.control}: another hypnosd listens there; '
                            'choose another path with control.socket')
        self.wait_for_frames(client)

    def test_takes_over_what_a_killed_daemon_left(self):
        process = self.start('--config', self.config)
        self.connect()
        process.kill()
        process.wait()
        self.assertTrue(self.control.exists())
        process = self.start('--config', self.config)
        client = self.connect()
        self.assertTrue(client.ask('shutdown').changed)
        self.assert_ends(self.finish(process), OK)

    def test_where_it_cannot_be_is_refused(self):
        self.assert_refused(self.run_program('--config', self.config, '--control', '/proc/no/sock'),
                            TRY_AGAIN, 'control socket /proc/no/sock: cannot open its lock file: .*')

    def test_for_everybody_on_the_network_is_refused(self):
        for command in [(), ('--check-config',)]:
            done = self.run_program('--config', self.config, *command,
                                    '--set', 'control.tcp={address: 0.0.0.0}')
            self.assert_refused(done, CONFIGURATION,
                                f'{self.config}: control.tcp.address: 0.0.0.0 can be reached from '
                                'other machines, which needs TLS .* and tokens .*')

    def test_with_files_that_are_not_there_is_refused(self):
        done = self.run_program('--config', self.config, '--set', 'control.tokens=/nowhere/tokens')
        self.assert_refused(done, CONFIGURATION, "cannot read '/nowhere/tokens': .*")

    def test_reads_the_configuration_again(self):
        process = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        text = self.config.read_text(encoding='utf-8')
        self.config.write_text(text.replace('units: 16', 'units: 17') +
                               'output: {status_interval_seconds: 60}\n', encoding='utf-8')
        reloaded = client.ask('reload_config')
        self.assertEqual(list(reloaded.changed), ['output.status_interval_seconds'])
        self.assertEqual(list(reloaded.need_restart), ['network.layers.1.units'])
        self.assertIn('status_interval_seconds: 60\n', client.ask('show_config').yaml)
        self.config.write_text('nonsense: 1\n', encoding='utf-8')
        with self.assertRaisesRegex(control_client.Refused, 'CONFIG_INVALID'):
            client.ask('reload_config')
        process.send_signal(signal.SIGHUP)
        client.ask('shutdown')
        self.assertIn(process.wait(PATIENCE_S), [OK])


if __name__ == '__main__':
    unittest.main()
