"""A small network of machines on this one: each is a network namespace, joined by a line of its own (a
veth pair) to the bridge of the first, where a server may run. A line can lose, be slow, and be cut.

A namespace has no name. It is that of a process that does nothing and ends with whoever has opened it,
even by SIGKILL; with the last process in it all of it is gone, links and rules, too. Needs root,
iproute2, nftables and util-linux; `missing` tries that and says what cannot be.
"""

import concurrent.futures
import ctypes
import os
import shutil
import subprocess

# Debian keeps some of them where the PATH of ordinary users does not lead.
SEARCH = os.environ['PATH'] + ':/usr/sbin:/sbin'
PROGRAMS = ['ip', 'tc', 'nft', 'unshare', 'nsenter', 'setpriv']
CLONE_NEWNET = 0x40000000
FIRST_ADDRESS = '10.78.0.1'


class NamespaceError(Exception):
    """What the system said, when it was asked for a namespace, a link or a rule."""


def missing() -> str:
    """Why there can be none, in a sentence; empty: there can."""
    if lacking := [program for program in PROGRAMS if not shutil.which(program, path=SEARCH)]:
        return f'{", ".join(lacking)} are not here: scripts/install-packages test'
    try:
        with Net() as net:
            trial = net.add('trial')
            trial.lose(0.5)
            trial.limit('1mbit', burst='16kb', latency='100ms')
    except NamespaceError as error:
        return f'network namespaces cannot be made here, which takes root with CAP_SYS_ADMIN and CAP_NET_ADMIN: {error}'
    return ''


def run(*words):
    command = [shutil.which(words[0], path=SEARCH), *map(str, words[1:])]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NamespaceError(f'{" ".join(map(str, words))}: {(done.stderr or done.stdout).strip()}')


class Machine:
    """One namespace. `address`: the others reach it by that."""

    def __init__(self, net: 'Net', name: str, address: str):
        self.net, self.name, self.address = net, name, address
        # It holds the namespace until the other end of the pipe is closed, as it is when this process is gone.
        self.holder = subprocess.Popen([shutil.which('unshare', path=SEARCH), '--net', 'sh', '-c', 'echo; exec cat'],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if not self.holder.stdout.readline():
            raise NamespaceError(f'unshare --net: {self.holder.communicate()[1].strip()}')
        self.threads = concurrent.futures.ThreadPoolExecutor(max_workers=1, initializer=self._enter)
        self.run('ip', 'link', 'set', 'lo', 'up')

    @property
    def starter(self) -> list[str]:
        """What to put before a program: it runs here then, and ends with whoever has started it."""
        return [shutil.which('nsenter', path=SEARCH), f'--net=/proc/{self.holder.pid}/ns/net',
                shutil.which('setpriv', path=SEARCH), '--pdeathsig', 'KILL', '--']

    def run(self, *words):
        run('nsenter', f'--net=/proc/{self.holder.pid}/ns/net', shutil.which(words[0], path=SEARCH), *words[1:])

    def call(self, function, *arguments):
        """On a thread that is here, as are its sockets, and the processes and threads that it starts."""
        return self.threads.submit(function, *arguments).result()

    def _enter(self):
        with open(f'/proc/{self.holder.pid}/ns/net', 'rb') as namespace:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise NamespaceError(f'setns: {os.strerror(ctypes.get_errno())}')

    @property
    def port(self) -> str:
        """Of the bridge, at the other end of the line."""
        return f'to-{self.name}'

    def lose(self, share: float):
        """Of the packets of this line, at random, each way; 0: none any longer."""
        for machine, only in [(self, ''), (self.net.first, f'ip saddr {self.address}')]:
            table = f'loss-{self.name}'
            machine.run('nft', 'add', 'table', 'inet', table)
            machine.run('nft', 'delete', 'table', 'inet', table)
            if share == 0:
                continue
            machine.run('nft', 'add', 'table', 'inet', table)
            machine.run('nft', f'add chain inet {table} arriving {{ type filter hook input priority 0; }}')
            machine.run('nft', f'add rule inet {table} arriving iif != "lo" {only} '
                               f'numgen random mod 10000 < {round(10000 * share)} counter drop')

    def limit(self, rate: str, burst: str = '32kb', latency: str = '200ms'):
        """Each way, with a queue of so long before it, as tc has these words."""
        for machine, device in [(self, 'eth0'), (self.net.first, self.port)]:
            machine.run('tc', 'qdisc', 'replace', 'dev', device, 'root', 'tbf', 'rate', rate, 'burst', burst,
                        'latency', latency)

    def cut(self):
        self.net.first.run('ip', 'link', 'set', self.port, 'down')

    def join(self):
        self.net.first.run('ip', 'link', 'set', self.port, 'up')

    def end(self):
        self.threads.shutdown()
        # Whatever still runs here keeps the namespace until it ends, too.
        self.holder.communicate()


class Net:
    """`first` is the one in the middle."""

    def __init__(self):
        self.machines = []
        self.first = None

    def __enter__(self) -> 'Net':
        try:
            self.first = self._start('first', FIRST_ADDRESS)
            self.first.run('ip', 'link', 'add', 'name', 'lan', 'type', 'bridge')
            self.first.run('ip', 'address', 'add', f'{FIRST_ADDRESS}/24', 'dev', 'lan')
            self.first.run('ip', 'link', 'set', 'lan', 'up')
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        for machine in reversed(self.machines):
            machine.end()
        self.machines.clear()

    def _start(self, name: str, address: str) -> Machine:
        machine = Machine(self, name, address)
        self.machines.append(machine)
        return machine

    def add(self, name: str) -> Machine:
        """At most eleven letters."""
        machine = self._start(name, f'10.78.0.{len(self.machines) + 1}')
        self.first.run('ip', 'link', 'add', machine.port, 'type', 'veth', 'peer', 'name', 'eth0',
                       'netns', machine.holder.pid)
        self.first.run('ip', 'link', 'set', machine.port, 'master', 'lan', 'up')
        machine.run('ip', 'address', 'add', f'{machine.address}/24', 'dev', 'eth0')
        machine.run('ip', 'link', 'set', 'eth0', 'up')
        return machine
