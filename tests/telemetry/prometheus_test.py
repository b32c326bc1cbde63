#!/usr/bin/env python3
"""What lies in deploy/, against a real Prometheus that scrapes a real daemon: every query of the
dashboard has an answer, and what every alert asks for is there.

usage: prometheus_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/daemon'))

import control_client  # noqa: E402
import ports  # noqa: E402
from hypnosd_case import OK, ControlledTest  # noqa: E402

DEPLOY = ROOT / 'deploy'
ALERTS = DEPLOY / 'prometheus/alerts.yml'
DASHBOARD = DEPLOY / 'grafana/hypnos.json'
EXAMPLES = DEPLOY / 'prometheus/prometheus.yml'

# All that can be told is told of: labels, checkpoints, recording, guard, history, a stream (which
# nobody serves).
EVERYTHING = '''
sources:
  - name: door
    labels: {{scene: {{}}}}
    synthetic: {{scene: digits, width: 32, height: 32, frames: 0}}
  - name: yard
    stream: {{url: 'rtsp://127.0.0.1:{nobody}/yard'}}
encoding: {{width: 32, height: 32, patches: {{size: 8}}}}
network:
  layers:
    - units: 24
    - units: 16
learning: {{rule: deferred_contrast}}
schedule: {{wake_steps: 100, sleep_steps: 80, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
probe: {{sequences: 2, interval_frames: 8, every_steps: 200}}
guard: {{enabled: true}}
labels: {{classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']}}
checkpoint: {{folder: {folder}/checkpoints, every_seconds: 1}}
record: {{enabled: true, folder: {folder}/sessions}}
history: {{folder: {folder}/history}}
web: {{port: 0}}
'''


def dashboard() -> dict:
    return json.loads(DASHBOARD.read_text(encoding='utf-8'))


def panels_with_queries() -> list[dict]:
    return [panel for panel in dashboard()['panels'] if panel['type'] != 'row']


def as_run(query: str) -> str:
    """A query of the dashboard, with what Grafana puts in."""
    query = query.replace('$__rate_interval', '5s')
    return re.sub(r'\$(instance|source)\b', '.*', query)


class Files(unittest.TestCase):
    """Without a daemon."""

    def check(self, *arguments):
        if not shutil.which('promtool'):
            self.skipTest('promtool is not here: scripts/install-packages test')
        done = subprocess.run(['promtool', *map(str, arguments)], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_has_nothing_to_say_of_rules_and_configuration(self):
        self.check('check', 'rules', ALERTS)
        self.check('check', 'config', EXAMPLES)

    def test_each_alert_is_raised_when_it_should_be_and_not_otherwise(self):
        tests = (ROOT / 'tests/telemetry/alerts.yml').read_text(encoding='utf-8')
        names = re.findall(r'- alert: (\w+)', ALERTS.read_text(encoding='utf-8'))
        self.assertGreater(len(names), 10)
        for name in names:
            raised, quiet = tests.count(f'alertname: {name}\n'), tests.count(f'alertname: {name},')
            self.assertGreaterEqual(raised, 1, name)
            self.assertGreaterEqual(quiet, 1, name)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'alerts.yml'
            path.write_text(tests.replace('[RULES]', f'[{ALERTS}]'), encoding='utf-8')
            self.check('test', 'rules', path)

    def test_the_dashboard_is_one(self):
        board = dashboard()
        self.assertEqual(board['title'], 'Hypnos')
        self.assertGreaterEqual(board['schemaVersion'], 30)
        variables = {variable['name']: variable for variable in board['templating']['list']}
        self.assertEqual(variables['datasource']['type'], 'datasource')
        self.assertEqual(variables['datasource']['query'], 'prometheus')
        for name in ['instance', 'source']:
            self.assertEqual(variables[name]['datasource']['uid'], '${datasource}')
        ids = [panel['id'] for panel in board['panels']]
        self.assertEqual(len(ids), len(set(ids)))

    def test_panels_fit_beside_each_other(self):
        taken = set()
        for panel in dashboard()['panels']:
            at = panel['gridPos']
            self.assertGreaterEqual(at['x'], 0)
            self.assertGreater(at['w'], 0)
            self.assertLessEqual(at['x'] + at['w'], 24, panel['title'])
            for x in range(at['x'], at['x'] + at['w']):
                for y in range(at['y'], at['y'] + at['h']):
                    self.assertNotIn((x, y), taken, panel['title'])
                    taken.add((x, y))

    def test_every_panel_asks_something(self):
        for panel in panels_with_queries():
            with self.subTest(panel['title']):
                self.assertTrue(panel['title'])
                self.assertEqual(panel['datasource']['uid'], '${datasource}')
                self.assertTrue(panel['targets'])
                references = [target['refId'] for target in panel['targets']]
                self.assertEqual(len(references), len(set(references)))
                for target in panel['targets']:
                    self.assertTrue(target['expr'].strip())
                    self.assertTrue(target['legendFormat'])
                    self.assertEqual(target['datasource']['uid'], '${datasource}')


class Scraped(ControlledTest):

    def setUp(self):
        if not shutil.which('prometheus'):
            self.skipTest('prometheus is not here: scripts/install-packages test')
        super().setUp()
        self.config.write_text(EVERYTHING.format(folder=self.folder, nobody=ports.hold()),
                               encoding='utf-8')
        with (self.folder / 'log').open('w', encoding='utf-8') as log:
            self.daemon = self.start('--config', self.config, stderr=log)
        self.client = self.connect()
        self.wait_for_frames(self.client)
        self.wait_until(self.web_port)
        self.target = f'127.0.0.1:{self.web_port()}'

    def web_port(self) -> int:
        found = re.search(r'http://127\.0\.0\.1:(\d+)', (self.folder / 'log').read_text())
        return int(found.group(1)) if found else 0

    def metrics(self) -> str:
        with urllib.request.urlopen(f'http://{self.target}/metrics', timeout=30) as answer:
            self.assertTrue(answer.headers['Content-Type'].startswith('text/plain; version=0.0.4'))
            return answer.read().decode()

    def start_prometheus(self):
        """With the settings that lie in deploy/, but for where the daemon is and how often it is asked."""
        settings = EXAMPLES.read_text(encoding='utf-8').replace('127.0.0.1:8420', self.target)
        settings = settings.replace('15s', '1s').replace('alerts.yml', str(ALERTS))
        (self.folder / 'prometheus.yml').write_text(settings, encoding='utf-8')
        self.prometheus = f'127.0.0.1:{ports.hold()}'
        with (self.folder / 'prometheus.log').open('w', encoding='utf-8') as log:
            process = subprocess.Popen(
                ['prometheus', f'--config.file={self.folder}/prometheus.yml',
                 f'--storage.tsdb.path={self.folder}/tsdb',
                 f'--web.listen-address={self.prometheus}'],
                stdout=subprocess.DEVNULL, stderr=log)
        self.addCleanup(self.put_away, process)

    def ask(self, path: str, **arguments):
        url = f'http://{self.prometheus}/api/v1/{path}?{urllib.parse.urlencode(arguments)}'
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)['data']
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it is being started
                raise ConnectionError from error
            self.fail(f'{arguments}: {error.read().decode()}')

    def query(self, query: str) -> list:
        return self.ask('query', query=query)['result']

    def scraped(self) -> bool:
        """A few times, so that there are rates, and after the first checkpoint, sleep and probe."""
        try:
            return (self.query('count_over_time(hypnos_build_info[1m]) >= 8') != [] and
                    self.query('hypnos_probe_auc_ratio') != [] and
                    self.query('hypnos_checkpoint_size_bytes > 0') != [] and
                    self.query('hypnos_layer_contrast_ratio') != [] and
                    self.query('hypnos_label_accuracy_ratio') != [] and
                    self.query('hypnos_layer_unsettled_ratio') != [])
        except (ConnectionError, urllib.error.URLError):
            return False

    def test_every_query_has_an_answer(self):
        self.start_prometheus()
        self.wait_until(self.scraped)
        target, = self.ask('targets')['activeTargets']
        self.assertEqual((target['health'], target['lastError']), ('up', ''))
        for panel in panels_with_queries():
            for asked in panel['targets']:
                with self.subTest(panel['title'], query=asked['expr']):
                    self.assertNotEqual(self.query(as_run(asked['expr'])), [])
        # What alerts ask for is there, whether or not they have a reason to be raised.
        rules = self.ask('rules')['groups'][0]['rules']
        self.assertGreater(len(rules), 10)
        for rule in rules:
            with self.subTest(rule['name']):
                self.assertEqual((rule['health'], rule.get('lastError', '')), ('ok', ''))
                for name in set(re.findall(r'\b(?:hypnos|process)_\w+|\bup\b', rule['query'])):
                    self.assertNotEqual(self.query(name), [], name)
        # And variables of the dashboard.
        self.assertEqual(self.ask('label/source/values', **{'match[]': 'hypnos_frames_total'}),
                         ['door', 'yard'])

    def test_an_alert_is_raised_for_a_stream_that_is_not_there(self):
        self.start_prometheus()
        self.wait_until(lambda: any('source="yard",state="lost"} 1' in line
                                    for line in self.metrics().splitlines()))

        def pending():
            try:
                return self.query('ALERTS{alertname="HypnosSourceLost",source="yard"}')
            except (ConnectionError, urllib.error.URLError):
                return []

        self.wait_until(pending)
        firing = {one['metric']['alertname'] for one in self.query('ALERTS')}
        self.assertEqual(firing, {'HypnosSourceLost'})

    def test_promtool_has_nothing_to_say_of_the_metrics(self):
        done = subprocess.run(['promtool', 'check', 'metrics'], input=self.metrics(), text=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '', ''))

    def test_what_clients_do_makes_no_series(self):
        series = lambda: {re.sub(r' \S+$', '', line) for line in self.metrics().splitlines()  # noqa: E731
                          if not line.startswith('#')}
        self.wait_until(lambda: 'hypnos_probe_auc_ratio{layer="2"}' in series() and
                        'hypnos_checkpoint_size_bytes' in series())
        before = series()
        for number in range(50):
            for request, fields in [('snapshot', {'source': f'nobody-{number}'}),
                                    ('query_history', {'series': [f'x-{number}']}),
                                    ('set_label', {'label': f'y-{number}'}),
                                    ('remove_source', {'name': f'z-{number}'})]:
                try:
                    self.client.ask(request, **fields)
                except control_client.Refused:
                    pass
            try:
                urllib.request.urlopen(f'http://{self.target}/metrics?x={number}', timeout=30).close()
            except urllib.error.HTTPError:
                pass
        self.assertLessEqual(series() - before, {line for line in series() if 'reason="' in line or
                                                 'unsettled' in line or 'accuracy' in line})

    def test_a_source_that_is_removed_or_renamed_leaves_nothing(self):
        self.assertIn('"door"', self.metrics())
        self.client.ask('remove_source', name='door')
        self.wait_until(lambda: '"door"' not in self.metrics())
        self.client.ask('add_source', yaml='{name: "do\\"or\\n\\\\", synthetic: {frames: 0, width: 32, '
                                           'height: 32}}')
        self.wait_until(lambda: re.search(r'hypnos_frames_total\{source="do\\"or\\\\x0a\\\\"\} [1-9]',
                                          self.metrics()))
        done = subprocess.run(['promtool', 'check', 'metrics'], input=self.metrics(), text=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '', ''))
        # What is still in the sources' order of the configuration is what it was.
        self.assertIn('source="yard"', self.metrics())
        self.daemon.terminate()
        self.assertEqual(self.daemon.wait(), OK)


if __name__ == '__main__':
    unittest.main(verbosity=2)
