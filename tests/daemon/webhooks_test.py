#!/usr/bin/env python3
"""Webhooks, with servers that take what they are sent, refuse it, are slow, or are not there.

usage: webhooks_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import hashlib
import hmac
import http.server
import json
import re
import signal
import ssl
import subprocess
import threading
import time
import unittest
import urllib.request

from hypnosd_case import CONFIGURATION, NO_INPUT, OK, TRY_AGAIN, ControlledTest, HypnosdTest

SECRET = 'hush, hush'


class Receiver(http.server.ThreadingHTTPServer):
    """Takes what it is sent, and answers with the statuses it is given, then with 204."""

    daemon_threads = True

    def __init__(self, port=0, context=None):
        super().__init__(('127.0.0.1', port), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = 'https' if context else 'http'
        self.statuses, self.taken, self.all = [], [], []
        self.waits_s = 0
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    @property
    def url(self) -> str:
        return f'{self.scheme}://127.0.0.1:{self.server_port}/hook?token=hidden'

    def handle_error(self, request, client_address):
        """Whoever ends in the middle of it is what is tried here."""

    def stop(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.all.append((self.headers, body))
        time.sleep(self.server.waits_s)
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        self.send_header('Content-Length', '0')
        self.end_headers()
        if status == 204:
            self.server.taken.append(json.loads(body))

    def log_message(self, *_):
        pass


class Webhooks:

    def setUp(self):
        super().setUp()
        self.secret = self.folder / 'secret'
        self.secret.write_text(SECRET + '\n', encoding='utf-8')

    def receive(self, *arguments) -> Receiver:
        receiver = Receiver(*arguments)
        self.addCleanup(receiver.stop)
        return receiver

    def notify(self, *webhooks: str):
        text = self.config.read_text(encoding='utf-8').split('notify:')[0]
        lines = ''.join(f'    - {{{webhook}}}\n' for webhook in webhooks)
        self.config.write_text(f'{text}notify:\n  folder: {self.folder}/outbox\n  webhooks:\n{lines}',
                               encoding='utf-8')

    def waiting(self) -> list:
        return sorted((self.folder / 'outbox').glob('*/*.json'))


class WhileItRuns(Webhooks, ControlledTest):

    def events(self, client, times: int):
        """Two a time: it is paused, it is resumed."""
        for _ in range(times):
            client.ask('pause_source', name='door')
            client.ask('resume_source', name='door')

    def test_each_event_is_delivered_in_its_order_and_signed(self):
        receiver = self.receive()
        self.notify(f'name: phone, url: "{receiver.url}", secret_file: {self.secret}, severity: info, '
                    'kinds: [source_paused, source_resumed]')
        process = self.start('--config', self.config)
        self.events(self.connect(), 5)
        self.wait_until(lambda: len(receiver.taken) == 10)
        self.assertEqual([notice['kind'] for notice in receiver.taken],
                         ['SOURCE_PAUSED', 'SOURCE_RESUMED'] * 5)
        ids = [notice['id'] for notice in receiver.taken]
        self.assertEqual(ids, sorted(set(ids)))
        for headers, body in receiver.all:
            signed = headers['X-Hypnos-Timestamp'].encode() + b'.' + body
            digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            self.assertEqual(headers['X-Hypnos-Signature'], f'sha256={digest}')
            self.assertLess(abs(time.time() - int(headers['X-Hypnos-Timestamp'])), 300)
            self.assertEqual(headers['Content-Type'], 'application/json')
        notice = receiver.taken[0]
        self.assertEqual(notice['source'], 'door')
        self.assertEqual(notice['version'], 1)
        self.assertRegex(notice['time'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertNotIn('hidden', done.stderr)
        self.assertNotIn(SECRET, done.stderr)
        self.assertEqual(self.waiting(), [])

    def test_what_nobody_took_is_delivered_after_a_kill(self):
        receiver = self.receive()
        port = receiver.server_port
        receiver.stop()
        self.notify(f'name: phone, url: "{receiver.url}", severity: info, kinds: [source_paused]')
        process = self.start('--config', self.config)
        client = self.connect()
        self.events(client, 3)
        self.wait_until(lambda: len(self.waiting()) == 3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.control.unlink()
        receiver = self.receive(port)
        self.start('--config', self.config)
        self.events(self.connect(), 1)
        self.wait_until(lambda: len(receiver.taken) >= 4)
        self.assertEqual([notice['kind'] for notice in receiver.taken], ['SOURCE_PAUSED'] * 4)
        self.wait_until(lambda: not self.waiting())

    def test_one_that_fails_is_told_of_and_tried_again(self):
        receiver = self.receive()
        receiver.statuses = [500, 302, 503]
        self.notify(f'name: phone, url: "{receiver.url}", severity: info')
        process = self.start('--config', self.config)
        client = self.connect()
        self.events(client, 1)
        self.wait_until(lambda: any(event.kind == event.Kind.Value('WEBHOOK_WORKS')
                                    for event in client.ask('query_events').events))
        process.terminate()
        done = self.finish(process)
        self.assertEqual(len(re.findall(r'warning webhook phone \(http://127\.0\.0\.1:\d+/hook\?token='
                                        r'\*\*\*\) cannot be delivered to: it answers 503;', done.stderr)), 1, done.stderr)
        self.assertIn('can be delivered to again', done.stderr)
        self.assertEqual({notice['kind'] for notice in receiver.taken if 'WEBHOOK' in notice['kind']},
                         set(), 'it is not told of itself')

    def test_one_that_never_answers_holds_up_neither_learning_nor_the_end(self):
        receiver = self.receive()
        receiver.waits_s = 3600
        self.notify(f'name: phone, url: "{receiver.url}", severity: info, timeout_seconds: 600',
                    f'name: other, url: "{self.receive().url}"')
        process = self.start('--config', self.config)
        client = self.connect()
        self.events(client, 1)
        self.wait_until(lambda: receiver.all)
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 20)
        process.terminate()
        # Which waits a tenth of what it would be waited for at most.
        done = self.finish(process)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertTrue(self.waiting())

    def test_a_folder_that_cannot_be_used_costs_nothing_while_it_runs(self):
        (self.folder / 'outbox').write_text('no folder', encoding='utf-8')
        receiver = self.receive()
        self.notify(f'name: phone, url: "{receiver.url}", severity: info, kinds: [source_paused]')
        process = self.start('--config', self.config)
        client = self.connect()
        for delivered in [1, 2, 3]:
            self.events(client, 1)
            self.wait_until(lambda n=delivered: len(receiver.taken) == n)
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, OK)
        self.assertEqual(done.stderr.count('what waits is in memory only until that works again'), 1,
                         done.stderr)

    def test_metrics_count(self):
        receiver = self.receive()
        receiver.statuses = [400]
        self.notify(f'name: phone, url: "{receiver.url}", severity: info, kinds: [source_paused]')
        process = self.start('--config', self.config, '--set', 'web.port=0')
        for line in process.stderr:
            if found := re.search(r'dashboard: (http://[\d.:]+)$', line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                break
        self.events(self.connect(), 2)
        self.wait_until(lambda: len(receiver.taken) == 1)

        def metrics() -> str:
            with urllib.request.urlopen(found[1] + '/metrics', timeout=60) as answer:
                return answer.read().decode()
        self.wait_until(lambda: 'hypnos_webhook_delivered_total{webhook="phone"} 1\n' in metrics())
        self.assertIn('hypnos_webhook_dropped_total{webhook="phone"} 1\n', metrics())
        self.assertIn('hypnos_webhook_waiting{webhook="phone"} 0\n', metrics())

    def test_whom_it_trusts_can_be_told(self):
        key, certificate = self.folder / 'key.pem', self.folder / 'certificate.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj',
                        '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out',
                        certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        receiver = self.receive(0, context)
        kinds = 'severity: info, kinds: [source_paused]'
        self.notify(f'name: trusting, url: "{receiver.url}", ca_file: {certificate}, {kinds}',
                    f'name: wary, url: "{receiver.url}", {kinds}')
        process = self.start('--config', self.config)
        client = self.connect()
        self.events(client, 1)
        self.wait_until(lambda: any(event.kind == event.Kind.Value('WEBHOOK_FAILED') and
                                    'wary' in event.message and 'certificate' in event.message
                                    for event in client.ask('query_events').events))
        self.assertEqual(len(receiver.taken), 1)
        process.kill()


class FromOutside(Webhooks, HypnosdTest):

    def test_nonsense_is_refused(self):
        for webhook, sentence in [
                ('url: "http://host/"', r'webhooks\.0\.name. is missing'),
                ('name: phone', 'give either url or url_file'),
                ('name: phone, url: "ftp://host/"', 'neither with http:// nor with https://'),
                ('name: phone, url: "http://host/", url_file: x', 'give either url or url_file'),
                ('name: ../phone, url: "http://host/"', 'is no name for a folder'),
                ('name: phone, url: "http://host/", kinds: [source_lots]', "did you mean 'source_lost'"),
                ('name: phone, url: "http://host/", kinds: [webhook_failed]', 'is no kind of event'),
                ('name: phone, url: "http://host/", timeout_seconds: 0', 'timeout_seconds'),
        ]:
            with self.subTest(webhook=webhook):
                self.notify(webhook)
                done = self.run_to_end()
                self.assertEqual(done.returncode, CONFIGURATION, done.stderr)
                self.assertRegex(done.stderr, sentence)
        self.notify('name: phone, url: "http://host/a"', 'name: phone, url: "http://host/b"')
        self.assertIn("'phone' is already taken", self.run_to_end().stderr)

    def test_files_that_say_nothing_are_told_of_at_the_start(self):
        empty, two = self.folder / 'empty', self.folder / 'two'
        empty.write_text('\n', encoding='utf-8')
        two.write_text('http://a/\nhttp://b/\n', encoding='utf-8')
        for key, path, code, sentence in [
                ('secret_file', 'gone', NO_INPUT, "secret_file: .*'gone'"),
                ('secret_file', empty, CONFIGURATION, 'holds nothing, and has to hold one line'),
                ('url_file', two, CONFIGURATION, 'holds several lines'),
                ('url_file', self.secret, CONFIGURATION, 'begins neither with http://'),
                ('ca_file', 'gone', NO_INPUT, 'ca_file: '),
        ]:
            with self.subTest(key=key, path=path):
                url = '' if key == 'url_file' else 'url: "http://127.0.0.1:1/", '
                self.notify(f'name: phone, {url}{key}: {path}')
                done = self.run_to_end()
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertRegex(done.stderr, sentence)
                self.assertNotIn(SECRET, done.stderr)

    def test_a_url_that_is_a_secret_is_not_shown(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 20}')
        receiver = Receiver()
        receiver.stop()
        url = self.folder / 'url'
        url.write_text(f'http://me:pass@127.0.0.1:{receiver.server_port}/services/T0/hush\n', encoding='utf-8')
        for text, shown in [(f'http://127.0.0.1:{receiver.server_port}/services/T0/hush', rf'http://127\.0\.0\.1:{receiver.server_port}/\*\*\*'),
                            (f'http://me:pass@127.0.0.1:{receiver.server_port}/services/T0/hush', r'http://\*\*\*'),
                            (f'http://127.0.0.1:{receiver.server_port}/T0@hush', r'http://\*\*\*')]:
            url.write_text(text + '\n', encoding='utf-8')
            self.notify(f'name: phone, url_file: {url}, severity: info')
            done = self.run_to_end()
            self.assertEqual(done.returncode, OK, done.stderr)
            self.assertRegex(done.stderr, f'webhook phone: {shown}, unsigned')
            self.assertNotIn('hush', done.stderr)
            self.assertNotIn('pass', done.stderr)
        self.assertEqual(len(self.waiting()), 3, 'what happened at the end waits')

    def test_what_happens_at_the_end_is_told_before_it(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 20}')
        receiver = self.receive()
        self.notify(f'name: phone, url: "{receiver.url}", kinds: [source_ended]')
        self.assertEqual(self.run_to_end().returncode, OK)
        self.assertEqual([notice['kind'] for notice in receiver.taken], ['SOURCE_ENDED'])
        self.assertEqual(self.waiting(), [])

    def test_a_replay_tells_nobody(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 20}')
        receiver = self.receive()
        self.notify(f'name: phone, url: "{receiver.url}", kinds: [source_ended]')
        sessions = self.folder / 'sessions'
        done = self.run_to_end('--set', 'record.enabled=true', '--set', f'record.folder={sessions}')
        self.assertEqual(done.returncode, OK, done.stderr)
        session, = sessions.iterdir()
        again = self.run_program('--replay', session)
        self.assertEqual(again.returncode, OK, again.stderr)
        self.assertIn('bit for bit', again.stderr)
        self.assertEqual(len(receiver.taken), 1)

    def test_two_daemons_do_not_share_what_waits(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}')
        self.notify(f'name: phone, url: "{self.receive().url}"')
        first = self.start('--config', self.config)
        self.wait_until(lambda: (self.folder / 'outbox' / 'phone').exists())
        other = self.run_program('--config', self.config, '--until-end', '--control', '')
        self.assertEqual(other.returncode, TRY_AGAIN, other.stderr)
        self.assertIn('notify.folder', other.stderr)
        first.kill()


if __name__ == '__main__':
    unittest.main()
