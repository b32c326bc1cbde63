"""What tests of layers that other daemons compute have in common: heads, hosts, and how they do."""

import pathlib
import re
import urllib.request

import control_client
import nats_server
from hypnosd_case import ControlledTest

HEAD = '''
sources:
  - name: door
    synthetic: {{scene: glyphs, width: 32, height: 32, frames: {frames}}}
encoding:
  patches: {{size: 8}}
network:
  layers:
    - units: 24
    - units: 20
    - units: 16
learning: {{rule: {rule}}}
schedule: {{wake_steps: 10, sleep_steps: 8, dream_steps: 5}}
memory: {{sequences: 4, context_frames: 3, interval_frames: 4, residuals: 4}}
probe: {{sequences: 2, interval_frames: 8, every_steps: 40}}
web: {{port: 0}}
'''


class SpreadCase(ControlledTest):

    def setUp(self):
        super().setUp()
        self.columns += ['goodness_3', 'p_real_3']
        self.start_server()

    def start_server(self):
        self.server = nats_server.start_for(self)
        self.url = self.server.url

    def broker(self, name: str) -> str:
        return f'broker: {{url: "{self.url}", name: {name}, interval_seconds: 0.5, ' \
               f'folder: {self.folder}/{name}}}\n'

    def watch(self, source: str = '', frames: int = 0, rule: str = 'deferred_contrast', spread: str = ''):
        text = HEAD.format(frames=frames, rule=rule)
        if spread:
            text += self.broker('head') + f'spread: {{network: porch, {spread}}}\n'
        self.config.write_text(text, encoding='utf-8')

    def host(self, name: str, layers, network: str = 'porch'):
        config = self.folder / f'{name}.yaml'
        config.write_text(self.broker(name) + f'hosts: [{{network: {network}, layers: {list(layers)}}}]\n',
                          encoding='utf-8')
        control, self.control = self.control, ''
        process = self.start_and_read('--config', config)
        self.control = control
        return process

    def fetch(self, _process, url: str) -> str:
        with urllib.request.urlopen(url, timeout=60) as page:
            return page.read().decode()

    def metrics(self, process) -> dict[str, float]:
        self.wait_until(lambda: 'dashboard: http' in self.said(process))
        url = re.search(r'dashboard: (http://[\d.:]+)', self.said(process))[1]
        text = self.fetch(process, url + '/metrics')
        return {name: float(value)
                for name, value in re.findall(r'^(hypnos_remote_layer_\w+)\{[^}]*\} (\S+)$', text, re.MULTILINE)}

    @staticmethod
    def is_probed(client) -> bool:
        """Which pulls the weights."""
        try:
            client.ask('probe')
        except control_client.Refused:
            return False
        return True

    def frames(self, client) -> int:
        return client.ask('status').frames

    def steps(self, process) -> tuple[float, float]:
        measured = self.metrics(process)
        return (measured['hypnos_remote_layer_steps_total'], measured['hypnos_remote_layer_late_steps_total'])

    def start_live(self, lost_after_seconds: int = 10):
        """On a busy machine, too, most of what a host computes comes in time, and it is not lost by itself."""
        spread = f'layers: [2], late_after_milliseconds: 1000, lost_after_seconds: {lost_after_seconds}'
        self.control = str(self.folder / 'control.sock')
        self.watch(spread=spread)
        return self.start_and_read('--config', self.config)

    def wait_for_answers(self, head):
        """Steps that were answered in time: more than can be under way while they are counted."""
        before = self.steps(head)

        def answered():
            now = self.steps(head)
            return now[0] - before[0] > now[1] - before[1] + 20
        self.wait_until(answered)

    @staticmethod
    def resident_kilobytes(process) -> int:
        status = pathlib.Path(f'/proc/{process.pid}/status').read_text(encoding='utf-8')
        return int(re.search(r'VmRSS:\s+(\d+)', status)[1])
