#!/usr/bin/env python3
"""src/web/HTTP.md, against the table of paths in the code, and against what a daemon answers.

usage: http_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import hashlib
import http.client
import json
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/daemon'))

from hypnosd_case import SMALL, ENDLESS, ControlledTest  # noqa: E402

PAGE = (ROOT / 'src/web/HTTP.md').read_text(encoding='utf-8')
TOKEN = 'x' * 43


def documented() -> dict[str, str]:
    """Each path with what it needs."""
    return {path: needs.strip() for path, needs in re.findall(r'^\| `(/[^`]*)`[^|]*\| ([^|]*)\|', PAGE, re.MULTILINE)}


def statuses() -> set[int]:
    return {int(code) for codes in re.findall(r'^\| ((?:\d{3}(?:, )?)+) \|', PAGE, re.MULTILINE)
            for code in codes.split(', ')}


class CodeTest(unittest.TestCase):

    def test_the_page_names_each_path_of_the_code(self):
        code = (ROOT / 'src/web/route.cc').read_text(encoding='utf-8')
        paths = set(re.findall(r'path == "(/[^"]*)"', code))
        before, = re.findall(r'kBefore = "([^"]+)"', code)
        behind, = re.findall(r'kBehind = "([^"]+)"', code)
        self.assertGreater(len(paths), 6)
        self.assertEqual(paths | {f'{before}NUMBER{behind}'}, set(documented()))

    def test_the_page_names_each_status_of_the_code(self):
        code = ''.join((ROOT / f'src/web/{name}').read_text(encoding='utf-8')
                       for name in ['route.cc', 'http_connection.h', 'answer.cc'])
        given = {int(status) for status in re.findall(r'(?:Refuse|TextAnswer)\((\d{3})|return (\d{3});', code)
                 for status in status if status}
        self.assertGreater(len(given), 10)
        self.assertEqual(given, statuses())


class AnswersTest(ControlledTest):

    def start_web(self, more: str = ''):
        self.config.write_text(SMALL.format(source=ENDLESS) + 'web: {port: 0}\n' + more, encoding='utf-8')
        with (self.folder / 'log').open('w', encoding='utf-8') as log:
            self.start('--config', self.config, stderr=log)
        self.wait_for_frames(self.connect())
        port = lambda: re.search(r'http://127\.0\.0\.1:(\d+)',  # noqa: E731
                                 (self.folder / 'log').read_text(encoding='utf-8'))
        self.wait_until(port)
        self.port = int(port()[1])

    def ask(self, path: str, method: str = 'GET', **headers: str) -> tuple[int, str, str]:
        """Status, type and body."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader('Content-Type', ''), answer.read().decode('utf-8', 'replace')
        finally:
            connection.close()

    def test_what_is_answered_where_there_are_no_tokens(self):
        self.start_web()
        self.assertEqual(self.ask('/livez'), (200, 'text/plain; charset=utf-8', 'ok\n'))
        self.assertEqual(self.ask('/readyz'), (200, 'text/plain; charset=utf-8', 'ok\n'))
        self.assertEqual(self.ask('/')[:2], (200, 'text/html; charset=utf-8'))
        status, kind, body = self.ask('/statusz')
        self.assertEqual((status, kind), (200, 'application/json'))
        self.assertIn('daemon_version', json.loads(body))
        self.assertEqual(self.ask('/metrics')[:2], (200, 'text/plain; version=0.0.4; charset=utf-8'))
        self.assertEqual(self.ask('/history.csv?series=goodness_*&points=10')[:2], (200, 'text/csv; charset=utf-8'))

    def test_what_is_refused(self):
        self.start_web('history: {enabled: false}\n')
        for expected, path, method, headers in [
                (400, '/history.csv?colour=red', 'GET', {}), (404, '/nothing', 'GET', {}),
                (404, '/events/1.jpg', 'GET', {}), (405, '/livez', 'POST', {}),
                (409, '/history.csv', 'GET', {}), (413, '/livez', 'GET', {'Content-Length': '1'}),
                (421, '/livez', 'GET', {'Host': 'elsewhere.example'}), (426, '/control', 'GET', {}),
                (431, '/livez', 'GET', {'X': 'x' * 9000})]:
            with self.subTest(path, expected=expected):
                self.assertEqual(self.ask(path, method, **headers)[0], expected)
                self.assertIn(expected, statuses())
        for origin, expected in [('http://elsewhere.example', 403), (f'http://127.0.0.1:{self.port}', 400)]:
            with self.subTest(origin):
                self.assertEqual(self.ask('/control', Origin=origin, Connection='Upgrade', Upgrade='websocket',
                                          **{'Sec-WebSocket-Key': 'x' * 22 + '==',
                                             'Sec-WebSocket-Version': '13'})[0], expected)

    def test_what_needs_a_token_says_so(self):
        tokens = self.folder / 'tokens'
        tokens.write_text(f'view somebody {hashlib.sha256(TOKEN.encode()).hexdigest()}\n', encoding='utf-8')
        tokens.chmod(0o600)
        self.start_web(f'control: {{tokens: {tokens}}}\n')
        for path, needs in documented().items():
            if path == '/control':
                continue
            path = path.replace('NUMBER', '1')
            with self.subTest(path):
                self.assertEqual(self.ask(path)[0], 401 if needs == 'view' else 200)
                allowed = self.ask(path, Authorization=f'Bearer {TOKEN}')[0]
                self.assertEqual(allowed, 404 if path.startswith('/events/') else 200)


if __name__ == '__main__':
    unittest.main()
