#!/usr/bin/env python3
"""Stands in for each command that the pages name, when their blocks are run: runs it, with what cannot be
had in a test put in the place of cameras, terminals and endless runs; or says whether it would be
understood.

usage: stand_in.py COMMAND [ARGUMENT]...
From the environment: BLOCKS_HYPNOSD, BLOCKS_HYPNOSCTL, BLOCKS_HYPNOS_LAB, BLOCKS_HYPNOS_BENCH: the programs;
BLOCKS_ROOT: the repository; BLOCKS_SOCKET: where the daemon that runs already listens.
Exit code: 0 where all is well.
"""

import fcntl
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time

PATIENCE_S = 120
ROOT = pathlib.Path(os.environ['BLOCKS_ROOT'])
HERE = pathlib.Path.cwd()
HYPNOSD, HYPNOSCTL, HYPNOS_LAB, HYPNOS_BENCH = (
    os.environ[f'BLOCKS_{name}'] for name in ['HYPNOSD', 'HYPNOSCTL', 'HYPNOS_LAB', 'HYPNOS_BENCH'])
USAGE = 64
NOT_THERE, NOT_NOW = 66, 75
PROGRAMS = {'hypnosd', 'hypnosctl', 'hypnos-lab', 'hypnos-bench'}

IN_A_SYSTEM = 'scripts/test-package runs it in a Debian of its own'
# Commands that no test of pages runs, and why. What they are given of the repository has to be there.
NOT_RUN = {
    'apt-get': f'it changes the system; {IN_A_SYSTEM}',
    'systemctl': f'there need be no service manager; {IN_A_SYSTEM}',
    'journalctl': f'there need be no service manager; {IN_A_SYSTEM}',
    'editor': 'it waits for somebody to type',
    'docker': 'it is not in Debian as tests have it, and fetches images',
    'kubectl': 'it wants a cluster; tests/deploy/kubernetes_test.py looks at what it is given',
    'install': f'it writes outside of the test; {IN_A_SYSTEM}', 'openssl': f'what it makes up is for such a place; {IN_A_SYSTEM}',
    'chown': f'it wants the user hypnos; {IN_A_SYSTEM}',
    'cp': f'it writes outside of the test; {IN_A_SYSTEM}', 'mv': f'it writes outside of the test; {IN_A_SYSTEM}',
    'rsync': f'it wants another machine; {IN_A_SYSTEM}', 'sqlite3': f'it need not be installed; {IN_A_SYSTEM}',
    'curl': 'it wants a daemon at a fixed port; tests/docs/http_test.py asks one',
    'cmake': 'it builds everything; scripts/test does',
    'mosquitto_sub': 'it wants a broker, and never ends; tests/daemon/broker_test.py runs it',
}

# What is watched instead of cameras, clips and streams: as many frames as it takes to see that it works.
SOURCE = '{{name: door, {pace}synthetic: {{scene: glyphs, width: 64, height: 64, frames: {frames}, frame_rate_hz: 10}}}}'


def fail(sentence: str):
    print(f'stand-in: {" ".join(sys.argv[1:])}: {sentence}', file=sys.stderr)
    sys.exit(1)


def run(command: list[str], **options) -> subprocess.CompletedProcess:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL, **options)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done


def expect(done: subprocess.CompletedProcess, *codes: int):
    if done.returncode not in codes:
        fail(f'exit code {done.returncode}, not {" or ".join(map(str, codes))}')


def stands_for(argument: str) -> str:
    """A session of the page is the one that was recorded."""
    recorded = re.fullmatch(r'(.*)/\d{8}T\d{6}Z', argument)
    sessions = sorted(pathlib.Path(recorded[1]).glob('*Z')) if recorded else []
    return str(sessions[-1]) if sessions else argument


# The programs.

def hypnosd(arguments: list[str]):
    arguments = [stands_for(argument) for argument in arguments]
    if {'--version', '--help', '--check-config', '--print-config'} & set(arguments):
        return expect(run([HYPNOSD, *arguments]), 0)
    if '--replay' in arguments:
        return expect(run([HYPNOSD, *arguments, '--control', '']), 0)
    # As it stands there it would be accepted.
    expect(run([HYPNOSD, *arguments, '--check-config']), 0)
    ends = '--until-end' in arguments
    source = SOURCE.format(frames=12 if ends else 0, pace='' if ends else 'pace: realtime, ')
    socket = HERE / f'daemon-{os.getpid()}.sock'
    if '--control' in arguments:
        at = arguments.index('--control')
        del arguments[at:at + 2]
    command = [HYPNOSD, *arguments, '--set', f'sources=[{source}]', '--control', str(socket)]
    if ends:
        return expect(run(command), 0)
    with (HERE / 'daemon.log').open('w', encoding='utf-8') as log:
        daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    # Whoever runs the block ends it.
    with (HERE / 'daemons').open('a', encoding='utf-8') as daemons:
        daemons.write(f'{daemon.pid} {socket}\n')
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if daemon.poll() is not None:
            fail(f'ended with {daemon.returncode}: {(HERE / "daemon.log").read_text(encoding="utf-8")}')
        status = subprocess.run([HYPNOSCTL, '--socket', str(socket), 'layer', 'inspect', '1'], capture_output=True,
                                check=False)
        if status.returncode == 0:
            return None
        time.sleep(0.05)
    return fail('it sees no frame')


def socket_of_block() -> str:
    """Of the daemon that the block has started, or else of the one that runs already."""
    started = HERE / 'daemons'
    if started.exists():
        return started.read_text(encoding='utf-8').split()[-1]
    return os.environ['BLOCKS_SOCKET']


def hypnosctl(arguments: list[str]):
    os.environ['HYPNOSCTL_SOCKET'] = socket_of_block()
    command = [HYPNOSCTL, *map(stands_for, arguments)]
    if 'watch' in arguments and '--count' not in arguments:
        if 'events' in arguments:
            return watch_events(command)
        return expect(run([*command, '--count', '1']), 0)
    if 'top' in arguments:
        return on_terminal(command)
    return expect(run(command), *expected_codes(arguments))


def expected_codes(arguments: list[str]) -> list[int]:
    """What a page names by an example's number or name need not be there, nor be of the kind."""
    of_an_example = (arguments[:1] == ['events'] and arguments[1:2] in (['picture'], ['dismiss'], ['confirm']) or
                     arguments[:1] == ['checkpoint'] and len(arguments) > 2 and not arguments[-1].startswith('-'))
    if of_an_example:
        return [0, NOT_THERE, NOT_NOW]
    # The daemon of the tests has no broker; tests/daemon/broker_test.py asks one that has.
    return [0, NOT_NOW] if arguments[:1] == ['fleet'] else [0]


def watch_events(command: list[str]):
    """Until something happens."""
    with subprocess.Popen([*command, '--count', '1'], stdin=subprocess.DEVNULL) as watching:
        deadline = time.monotonic() + PATIENCE_S
        while watching.poll() is None and time.monotonic() < deadline:
            for change in ['pause', 'resume']:
                subprocess.run([HYPNOSCTL, 'source', change, 'door'], stdout=subprocess.DEVNULL, check=True)
            time.sleep(0.05)
        if watching.poll() is None:
            watching.kill()
    if watching.returncode != 0:
        fail(f'exit code {watching.returncode}')


def on_terminal(command: list[str]):
    """It draws, and ends when it is told to."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ['TERM'] = 'xterm'
        os.execv(command[0], command)
    # 80 by 24
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, b'\x18\0\x50\0\0\0\0\0')
    if not os.read(terminal, 1):
        fail('it draws nothing')
    os.write(terminal, b'q')
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # the other side has gone
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != 0:
        fail(f'exit code {code}')


def hypnos_lab(arguments: list[str]):
    """Hours of experiments: only whether they would be begun. Nothing can be written there."""
    arguments = [argument for argument in arguments if argument != '...']
    out = [] if '--out' in arguments else ['--out', '/dev/null/out']
    # It draws them before it looks where to write.
    few = ['--shapes', '2'] if arguments[:1] == ['potato'] and '--shapes' not in arguments else []
    done = run([HYPNOS_LAB, *arguments, *few, *out])
    if done.returncode in (USAGE, 0) or done.returncode < 0:
        fail(f'exit code {done.returncode}; it should be understood, and find no data, or no folder to write to')


def hypnos_bench(arguments: list[str]):
    if any(argument.startswith('--benchmark') for argument in arguments):
        done = run([HYPNOS_BENCH, *arguments, '--benchmark_list_tests=true'])
        expect(done, 0)
        if not done.stdout.strip():
            fail('it measures nothing by that name')
        return
    flags_are_known(arguments, run([HYPNOS_BENCH, '--help']).stdout)


def flags_are_known(arguments: list[str], help_text: str):
    for flag in arguments:
        name = flag.split('=')[0]
        if name.startswith('-') and len(name) > 1 and not re.search(rf'(?<![\w-]){re.escape(name)}(?![\w-])', help_text):
            fail(f'there is no {name}')


def script(path: str, arguments: list[str]):
    """Of the repository; what each does has tests of its own, or takes too long for one."""
    there = ROOT / path
    if not there.exists() or not os.access(there, os.X_OK):
        fail('there is no such script')
    if path == 'scripts/experiments':
        return hypnos_lab(arguments) if arguments else None
    if path == 'scripts/nab':
        return hypnos_lab(['nab', '--data', *arguments])
    if path == 'scripts/sensors':
        return expect(run([str(there), *arguments, '--rows', '2']), 0)
    help_text = run([str(there), '--help']).stdout
    if path == 'scripts/test':  # what it does not know it hands on
        help_text += ' -R -L -E -j'
    return flags_are_known(arguments, help_text)


def python3(arguments: list[str]):
    arguments = arguments[1:] if arguments[:1] == ['-B'] else arguments
    program = ROOT / arguments[0]
    if not program.is_relative_to(ROOT) or not program.exists():
        fail('there is no such program')
    if 'argparse' in program.read_text(encoding='utf-8'):
        done = run([sys.executable, '-B', str(program), '--help'])
        expect(done, 0)
        flags_are_known(arguments[1:], done.stdout)


def ffmpeg(arguments: list[str]):
    """Of a clip of the reader's, which is made first."""
    if not shutil.which('ffmpeg'):
        return print('ffmpeg is not run: it need not be installed')
    clip = arguments[arguments.index('-i') + 1]
    expect(run(['ffmpeg', '-f', 'lavfi', '-i', 'testsrc=duration=1:size=64x48:rate=10', clip]), 0)
    return expect(run(['ffmpeg', *arguments]), 0)


def not_run(name: str, arguments: list[str]):
    print(f'{name} is not run: {NOT_RUN[name]}')
    for argument in arguments:
        if re.match(r'(deploy|configs|scripts|src|tests|proto)/', argument) and not (ROOT / argument).exists():
            fail(f'there is no {argument}')
    if name == 'cmake' and '--preset' in arguments:
        preset = arguments[arguments.index('--preset') + 1]
        if f'"name": "{preset}"' not in (ROOT / 'CMakePresets.json').read_text(encoding='utf-8'):
            fail(f'there is no preset {preset}')


def main():
    name, arguments = sys.argv[1], sys.argv[2:]
    if name == 'sudo':
        name, arguments = arguments[0], arguments[1:]
    if name.startswith('scripts/'):
        script(name, arguments)
    elif name in PROGRAMS:
        {'hypnosd': hypnosd, 'hypnosctl': hypnosctl, 'hypnos-lab': hypnos_lab,
         'hypnos-bench': hypnos_bench}[name](arguments)
    elif name == 'python3':
        python3(arguments)
    elif name == 'ffmpeg':
        ffmpeg(arguments)
    elif name in NOT_RUN:
        not_run(name, arguments)
    else:
        fail(f'nothing is known of {name}; see NOT_RUN in tests/docs/stand_in.py')


if __name__ == '__main__':
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
