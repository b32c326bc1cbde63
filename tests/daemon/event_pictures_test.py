#!/usr/bin/env python3
"""What unusual events looked like: in a folder, on the page, in a webhook.

usage: event_pictures_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import base64
import hashlib
import http.client
import json
import re
import threading
import unittest

import clips
from hypnosd_case import OK, TRY_AGAIN, ControlledTest
from webhooks_test import Receiver

# By the read-out's error, which speaks of what flickers whatever has been learned in half a minute.
CONFIG = """
sources:
  - name: door
    file: {path: clip.avi}
encoding:
  patches: {size: 8}
  motion: true
  place: true
network:
  input_scale: scaled
  layers:
    - {units: 16, constraint_units: 16}
    - {units: 16, constraint_units: 16}
learning: {rule: interleaved, optimiser: rms, negatives: {dream: 0, hurried: 1}}
probe: {sequences: 0}
novelty:
  enabled: true
  surprise: prediction_error
  warm_up_seconds: 20
  begin_score: 2
  least_seconds: 0.2
"""
TOKEN = 'a-token-that-nobody-guesses-0123456789'
JPEG, PNG = b'\xff\xd8\xff', b'\x89PNG'


class SomethingUnusual(ControlledTest):

    def setUp(self):
        super().setUp()
        clips.write_avi(self.folder / 'clip.avi', 400, shows=clips.flickering)
        self.kept = self.folder / 'events'
        self.notify(f'events: {{folder: {self.kept}, before_seconds: 2, after_seconds: 3}}')

    def notify(self, *lines: str):
        text = ''.join(f'  {line}\n' for line in lines)
        self.config.write_text(f'{CONFIG}notify:\n{text}', encoding='utf-8')


class InAFolder(SomethingUnusual):

    def run_until_end(self):
        return self.finish(self.start('--config', self.config, '--until-end', '--control', ''))

    def files(self, suffix: str) -> list:
        return sorted(self.kept.glob(f'*{suffix}'))

    def test_are_kept_with_a_clip_and_figures(self):
        done = self.run_until_end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertTrue(self.files('.json'), done.stderr)
        for path in self.files('.json'):
            event = json.loads(path.read_text(encoding='utf-8'))
            self.assertEqual((event['source'], event['kind']), ('door', 'UNUSUAL'))
            self.assertGreater(event['surprise'], 2)
            self.assertGreaterEqual(event['end_time'], event['time'])
            self.assertTrue((self.kept / event['picture']).read_bytes().startswith(PNG))
            self.assertTrue((self.kept / event['clip']).read_bytes().startswith(b'RIFF'))
        first = json.loads(self.files('.json')[0].read_text(encoding='utf-8'))
        self.assertTrue(first['clip_is_whole'])
        self.assertAlmostEqual(first['clip_before_begin_seconds'], 2, delta=0.3)
        self.assertFalse(list(self.kept.glob('*.unfinished')))

    def test_cost_nothing_else_where_the_folder_cannot_be_used(self):
        self.kept.write_text('this is no folder', encoding='utf-8')
        done = self.run_until_end()
        self.assertEqual(done.returncode, OK, done.stderr)
        said = [line for line in self.complaints(done) if 'notify.events' in line]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertIn('something unusual', done.stderr)

    def test_of_two_daemons_are_not_mixed(self):
        self.start('--config', self.config)
        self.connect()
        done = self.run_program('--config', self.config, '--control', '')
        self.assertEqual(done.returncode, TRY_AGAIN, done.stderr)
        self.assertIn('notify.events.folder', done.stderr)

    def test_come_with_the_end_of_an_event_to_who_wants_them(self):
        with_picture, without = Receiver(), Receiver()
        self.addCleanup(with_picture.stop)
        self.addCleanup(without.stop)
        self.notify(f'folder: {self.folder}/outbox', 'webhooks:',
                    f'  - {{name: phone, url: "{with_picture.url}", picture: true}}',
                    f'  - {{name: log, url: "{without.url}"}}')
        self.start('--config', self.config)
        self.wait_until(lambda: any('end_time' in notice for notice in with_picture.taken))
        self.wait_until(lambda: any('end_time' in notice for notice in without.taken))
        end = next(notice for notice in with_picture.taken if 'end_time' in notice)
        self.assertTrue(base64.b64decode(end['picture_jpeg']).startswith(JPEG))
        self.assertFalse(any('picture_jpeg' in notice for notice in without.taken))


class OnThePage(SomethingUnusual):

    def setUp(self):
        super().setUp()
        self.notify(f'folder: {self.folder}/outbox')

    def page(self, *arguments) -> tuple[str, int]:
        process = self.start('--config', self.config, '--set', 'web.port=0', *arguments)
        for line in process.stderr:
            if found := re.search(r'dashboard: http://([\d.]+):(\d+)$', line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return found[1], int(found[2])
        return self.fail('the log does not say where the page is')

    @staticmethod
    def get(address, target: str, **headers):
        connection = http.client.HTTPConnection(*address, timeout=60)
        try:
            connection.request('GET', target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def pictured(self, client) -> int:
        """The number of the first event that has a picture, once there is one."""
        found = []

        def look():
            found[:] = [event.id for event in client.ask('query_events').events if event.picture]
            return found

        self.wait_until(look)
        return found[0]

    def test_are_there_without_a_folder(self):
        address = self.page()
        client = self.connect()
        event = self.pictured(client)
        status, headers, jpeg = self.get(address, f'/events/{event}.jpg')
        self.assertEqual((status, headers['Content-Type']), (200, 'image/jpeg'))
        self.assertTrue(jpeg.startswith(JPEG))
        self.assertIn("default-src 'none'", headers['Content-Security-Policy'])

        def tells_the_same():
            # While the event goes on, it may have another one each time.
            return client.ask('event_picture', id=event).jpeg == self.get(address, f'/events/{event}.jpg')[2]
        self.wait_until(tells_the_same)
        self.assertEqual(self.get(address, '/events/999.jpg')[0], 404)
        self.assertEqual(self.get(address, '/events/../17.jpg')[0], 404)

    def test_need_a_token_where_there_are_any(self):
        tokens = self.folder / 'tokens'
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        tokens.write_text(f'view somebody {digest}\n', encoding='utf-8')
        address = self.page('--set', f'control.tokens={tokens}')
        self.assertEqual(self.get(address, '/events/1.jpg')[0], 401)
        status = self.get(address, '/events/999.jpg',
                          Authorization=f'Bearer {TOKEN}')[0]
        self.assertEqual(status, 404)


if __name__ == '__main__':
    unittest.main()
