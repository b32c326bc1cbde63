#!/usr/bin/env python3
"""The scripts, run in a copy of the tree's scripts/ whose system is made up: a PATH that holds the
usual small tools and stand-ins for apt-get, cmake and so on that only write down how they were
called.

usage: scripts_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOS_LAB [ARGUMENT OF unittest]...
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

HYPNOSD, LAB = sys.argv.pop(1), sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ['bench', 'build-page', 'check', 'check-reproducible', 'demo', 'experiments', 'fleet', 'fuzz',
           'install-git-hooks', 'install-packages', 'nab', 'package', 'sensors', 'test', 'test-neon', 'test-package']
TOOLS = ['basename', 'bash', 'cat', 'chmod', 'date', 'dirname', 'env', 'git', 'grep', 'head', 'mkdir',
         'mktemp', 'nproc', 'python3', 'rm', 'sed', 'sh', 'sort', 'tr', 'xargs']
NOBODY = 65534

# What scripts/install-packages asks dpkg, answered with "installed" but for the packages in
# $MISSING.
DPKG_QUERY = '''
for package in "${@:3}"; do
  case " $MISSING " in *" $package "*) ;; *) echo "$package installed" ;; esac
done
'''


class ScriptTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        self.tree = self.folder / 'tree'
        self.calls_file = self.folder / 'calls'
        shutil.copytree(ROOT / 'scripts', self.tree / 'scripts')
        self.calls_file.touch(0o666)
        self.calls_file.chmod(0o666)
        self.bin = self.folder / 'bin'
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.stand_in('dpkg-query', DPKG_QUERY)
        for name in ['apt-get', 'cmake', 'ctest', 'clang-format', 'clang-tidy', 'shellcheck']:
            self.recorder(name)

    def lend_sources(self):
        """Where the options of programs stand that are not built yet."""
        (self.tree / 'src').symlink_to(ROOT / 'src')

    def stand_in(self, name: str, body: str, folder: pathlib.Path = None):
        file = (folder or self.bin) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'#!{shutil.which("bash")}\n{body}\n', encoding='utf-8')
        file.chmod(0o755)

    def recorder(self, name: str, then: str = '', folder: pathlib.Path = None):
        """A stand-in that writes down its arguments, then does `then`."""
        self.stand_in(name, f'echo "{name} $*" >>"{self.calls_file}"\n{then}', folder)

    def run_script(self, name: str, *arguments: str, cwd='/', user=None, **environment: str):
        env = {'PATH': str(self.bin), 'HOME': str(self.folder), 'MISSING': '', **environment}
        return subprocess.run([self.tree / 'scripts' / name, *arguments], cwd=cwd, env=env,
                              user=user, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, start_new_session=True)

    def calls(self) -> list[str]:
        return self.calls_file.read_text(encoding='utf-8').splitlines()

    def assert_fails(self, done, code: int, *words: str):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr + done.stdout)


class EveryScript(ScriptTest):

    def test_help_prints_the_usage_and_does_nothing(self):
        for name in SCRIPTS:
            done = self.run_script(name, '--help', MISSING='g++')
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f'usage: scripts/{name}', done.stdout)
            self.assertEqual(done.stderr, '')
        self.assertEqual(self.calls(), [])

    def test_a_wrong_argument_exits_64_with_a_sentence(self):
        self.lend_sources()
        for name, *arguments in [('bench', '--nonsense'), ('bench', '--only'),
                                 ('bench', '--only', 'W9'), ('bench', '--rounds', '0'),
                                 ('build-page', '--nonsense'),
                                 ('check', '--nonsense'), ('check', '--base'),
                                 ('check-reproducible', '--nonsense'),
                                 ('test-package', '--nonsense'),
                                 ('demo', '--nonsense'), ('demo', 'nonsense'),
                                 ('demo', '--until-end', '--nonsense=1'), ('demo', '--scores'),
                                 ('experiments', '--nonsense'), ('experiments', 'nonsense'),
                                 ('experiments', 'potato', '--nonsense'),
                                 ('nab', '.', '--nonsense'),
                                 ('test', '--nonsense'), ('test-neon', '--nonsense'),
                                 ('fleet', '--nonsense'), ('fleet', '--port', '0'), ('fleet', '--folder'),
                                 ('fuzz', '--nonsense'), ('fuzz', '--seconds'), ('sensors', '--nonsense'),
                                 ('install-git-hooks', 'nonsense'),
                                 ('install-packages', 'nonsense'),
                                 ('package', '--nonsense'), ('package', '--release', '0'),
                                 ('test', '--preset', 'nonsense'), ('test', '--preset')]:
            done = self.run_script(name, *arguments)
            self.assert_fails(done, 64, f'scripts/{name}: ', f'see scripts/{name} --help')
            self.assertIn(arguments[-1], done.stderr)
        self.assertEqual([call for call in self.calls() if call != 'ctest --help'], [])

    def test_shellcheck_is_content(self):
        scripts = [f'scripts/{name}' for name in SCRIPTS] + ['scripts/lib.sh', '.ci/run']
        done = subprocess.run(['shellcheck', *scripts], cwd=ROOT, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class InstallPackages(ScriptTest):

    def test_is_silent_when_nothing_is_missing(self):
        done = self.run_script('install-packages', 'build', 'test', 'check')
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '', ''))
        self.assertEqual(self.calls(), [])

    def test_installs_only_what_is_missing(self):
        self.recorder('sudo', '"$@"')
        done = self.run_script('install-packages', 'build', MISSING='libtbb-dev g++')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('installing with apt; the first time that takes minutes: g++ libtbb-dev\n', done.stdout)
        update, install = [call for call in self.calls() if call.startswith('apt-get')]
        self.assertTrue(update.endswith(' update'), update)
        self.assertIn(' install --no-install-recommends ', install)
        self.assertTrue(install.endswith(' g++ libtbb-dev'), install)

    def test_leaves_out_a_browser_that_apt_does_not_have(self):
        self.recorder('sudo', '"$@"')
        self.stand_in('apt-cache', '[[ "$2" != chromium ]]')
        done = self.run_script('install-packages', 'test', MISSING='chromium npm')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(self.calls()[-1], r' npm$')
        self.calls_file.write_text('', encoding='utf-8')
        done = self.run_script('install-packages', 'test', MISSING='chromium')
        self.assertEqual((done.returncode, self.calls()), (0, []), done.stderr)

    def test_installs_a_browser_where_nothing_is_known_yet(self):
        self.recorder('sudo', '"$@"')
        self.stand_in('apt-cache', 'exit 100')
        self.run_script('install-packages', 'test', MISSING='chromium')
        self.assertRegex(self.calls()[-1], r' chromium$')

    def test_leaves_other_groups_alone(self):
        done = self.run_script('install-packages', 'build', MISSING='clang-tidy')
        self.assertEqual((done.returncode, self.calls()), (0, []))

    def test_tries_with_old_lists_when_update_fails(self):
        self.recorder('sudo', '"$@"')
        self.recorder('apt-get', '[[ "$*" != *update ]]')
        done = self.run_script('install-packages', 'build', MISSING='g++')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('apt-get update failed', done.stdout)

    def test_shows_apts_words_when_it_fails(self):
        self.recorder('sudo', '"$@"')
        self.recorder('apt-get', 'echo "E: no space left"; exit 100')
        done = self.run_script('install-packages', 'build', MISSING='g++')
        self.assert_fails(done, 69, 'E: no space left', 'as root, run: apt-get install')

    def test_says_what_to_type_without_root_and_sudo(self):
        done = self.run_script('install-packages', 'build', user=self.somebody(), MISSING='g++')
        self.assert_fails(done, 77, 'as root, run: apt-get install --no-install-recommends g++\n')
        self.assertEqual(self.calls(), [])

    def test_goes_through_sudo_without_root(self):
        self.recorder('sudo', 'shift; "$@"')
        done = self.run_script('install-packages', 'build', user=self.somebody(), MISSING='g++')
        self.assertEqual(done.returncode, 0, done.stderr)
        # -n: nobody is there to type a password.
        self.assertTrue(self.calls()[0].startswith('sudo -n env DEBIAN_FRONTEND=noninteractive '))

    def test_says_that_there_is_no_apt(self):
        (self.bin / 'apt-get').unlink()
        done = self.run_script('install-packages', 'build')
        self.assert_fails(done, 69, 'no apt-get on this system', 'HYPNOS_INSTALL=no', 'libtbb-dev')

    def test_leaves_the_system_alone_when_told_so(self):
        (self.bin / 'apt-get').unlink()
        done = self.run_script('install-packages', HYPNOS_INSTALL='no', MISSING='g++')
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '', ''))

    @staticmethod
    def somebody():
        """Who runs the script: never root."""
        return NOBODY if os.geteuid() == 0 else None


def options_of(program: str, *arguments: str) -> list[tuple[str, bool]]:
    """What it says of itself: each option, and whether a value follows."""
    said = subprocess.run([program, *arguments, '--help'], capture_output=True, text=True, check=True).stdout
    # The value's kind, as FILE or UINT:..., follows after one blank; what the option does after more.
    return [(name, bool(re.match(r' [A-Z]', rest)))
            for name, rest in re.findall(r'^  (?:-h,)?(--[a-z-]+)(.*)$', said, re.MULTILINE)]


class Demo(ScriptTest):

    def setUp(self):
        super().setUp()
        self.lend_sources()

    def test_runs_the_daemon_where_it_was_called_and_passes_options_on(self):
        self.recorder('hypnosd', f'echo "in $PWD" >>"{self.calls_file}"; exit 66',
                      self.tree / 'build/release/bin')
        done = self.run_script('demo', '--scores', 'a file.csv', cwd=self.folder,
                               HYPNOS_INSTALL='no')
        self.assertEqual(done.returncode, 66)
        self.assertEqual(self.calls()[0], 'cmake --preset release')
        self.assertIn('--target hypnosd hypnosctl', self.calls()[1])
        self.assertEqual(len(self.calls()), 4)
        # 0 where this machine uses the usual port.
        self.assertRegex(self.calls()[2],
                         f'^hypnosd --config {re.escape(str(self.tree))}/configs/demo.yaml '
                         '--until-end --set web.port=(8420|0) --scores a file.csv$')
        self.assertEqual(self.calls()[3], f'in {self.folder}')

    def test_every_option_of_the_daemon_is_passed_on(self):
        self.recorder('hypnosd', 'exit 0', self.tree / 'build/release/bin')
        options = options_of(HYPNOSD)
        self.assertGreater(len(options), 10)
        given = [word for name, valued in options for word in ([name, 'value'] if valued else [name])]
        # First it would be the script's.
        done = self.run_script('demo', '-h=1', *given, HYPNOS_INSTALL='no')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.calls()[2].endswith(' '.join(given)), self.calls()[2])
        for name, valued in options:
            if valued:
                self.assert_fails(self.run_script('demo', name), 64, f'{name} needs a value')

    def test_takes_another_port_for_the_page_where_the_usual_one_is_taken(self):
        self.recorder('hypnosd', 'exit 0', self.tree / 'build/release/bin')
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                other.bind(('127.0.0.1', 8420))
                other.listen()
            except OSError:
                pass  # somebody else listens, which serves as well
            done = self.run_script('demo', HYPNOS_INSTALL='no')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('--set web.port=0', self.calls()[2])

    def test_shows_why_the_build_failed(self):
        self.recorder('cmake', 'echo "error: no such thing"; exit 2')
        done = self.run_script('demo', HYPNOS_INSTALL='no')
        self.assert_fails(done, 2, 'error: no such thing')

    def test_an_interrupted_build_is_told_from_a_failed_one(self):
        # As Ninja does it: it ends with a code of its own, and its parent has heard the signal, too.
        self.stand_in('cmake', 'trap "" INT\ncase "$*" in *--build*) kill -INT 0; exit 1 ;; esac')
        done = self.run_script('demo', HYPNOS_INSTALL='no')
        self.assert_fails(done, 130, 'scripts/demo: interrupted; the same command goes on')
        self.assertNotIn('does not build', done.stderr)


class Bench(ScriptTest):

    def test_builds_and_measures_where_it_was_called(self):
        self.recorder('python-of-debian', 'exit 1')
        done = self.run_script('bench', '--quick', '--only', 'W2', cwd=self.folder,
                               HYPNOS_INSTALL='no', HYPNOS_PYTHON='python-of-debian')
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(self.calls()[0], 'cmake --preset release')
        self.assertIn('--target hypnos-bench', self.calls()[1])
        self.assertRegex(self.calls()[2],
                         f'^python-of-debian -B {self.tree}/tests/bench/report/run.py '
                         f'--program {self.tree}/build/release/bin/hypnos-bench '
                         rf'--results {self.folder}/results/bench-[\d-]+ --quick --only W2$')

    def test_installs_what_it_compares_with_and_others_do_not(self):
        self.recorder('sudo', '"$@"')
        self.recorder('python-of-debian')
        self.assertEqual(self.run_script('install-packages', MISSING='python3-torch').stdout, '')
        done = self.run_script('bench', MISSING='python3-torch', HYPNOS_PYTHON='python-of-debian')
        self.assertIn('installing with apt; the first time that takes minutes: python3-torch\n', done.stdout)


class Experiments(ScriptTest):

    def setUp(self):
        super().setUp()
        self.lend_sources()
        self.recorder('plot-experiment', folder=self.tree / 'scripts')

    def run_lab(self, code: int, *arguments: str):
        self.recorder('hypnos-lab', f'exit {code}', self.tree / 'build/release/bin')
        return self.run_script('experiments', *arguments, cwd=self.folder, HYPNOS_INSTALL='no')

    def write_results(self, folder: str):
        (self.folder / folder).mkdir()
        (self.folder / folder / 'phases.csv').touch()

    def plots(self) -> list[str]:
        return [call.split('plot-experiment ')[1] for call in self.calls()
                if 'plot-experiment ' in call]

    def test_lists_what_there_is_without_a_name(self):
        done = self.run_script('experiments')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('scripts/experiments phases --data DIR', done.stdout)
        self.assertEqual(self.calls(), [])

    def test_runs_the_lab_and_draws_its_results(self):
        self.write_results('results')
        done = self.run_lab(0, 'phases', '--scale', '0.1')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('--target hypnos-lab', self.calls()[1])
        self.assertEqual(self.calls()[2], 'hypnos-lab phases --scale 0.1')
        self.assertEqual(self.plots(), ['results/phases.csv'])

    def test_every_experiment_and_every_option_of_it_is_passed_on(self):
        self.recorder('hypnos-lab', 'exit 0', self.tree / 'build/release/bin')
        said = subprocess.run([LAB, '--help'], capture_output=True, text=True, check=True).stdout
        listed = said.split('Subcommands:')[1].split('Examples:')[0]
        names = re.findall(r'^  ([a-z-]+) ', listed, re.MULTILINE)
        self.assertGreater(len(names), 8)
        for name in names:
            given = [option for option, _ in options_of(LAB, name)]
            self.assertGreater(len(given), 4)
            done = self.run_script('experiments', name, *given, HYPNOS_INSTALL='no')
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_draws_where_the_results_are(self):
        self.write_results('a folder')
        for out in [['--out', 'a folder'], ['--out=a folder']]:
            self.assertEqual(self.run_lab(0, 'phases', *out).returncode, 0)
        self.assertEqual(self.plots(), ['a folder/phases.csv'] * 2)

    def test_an_interrupted_run_is_drawn_too_and_a_failed_one_is_not(self):
        self.write_results('results')
        self.assertEqual(self.run_lab(66, 'phases').returncode, 66)
        self.assertEqual(self.plots(), [])
        self.assertEqual(self.run_lab(75, 'phases').returncode, 75)
        self.assertEqual(self.plots(), ['results/phases.csv'])


class Nab(ScriptTest):

    def setUp(self):
        super().setUp()
        self.lend_sources()

    def test_says_what_is_missing_before_it_builds(self):
        for wrong in [[], ['--nonsense']]:
            self.assert_fails(self.run_script('nab', *wrong), 64, "the benchmark's folder comes first")
        self.assert_fails(self.run_script('nab', str(self.folder)), 66, 'labels/combined_windows.json')
        self.assertEqual(self.calls(), [])

    def test_runs_the_lab(self):
        self.recorder('hypnos-lab', 'exit 75', self.tree / 'build/release/bin')
        data = self.folder / 'nab'
        (data / 'labels').mkdir(parents=True)
        (data / 'labels/combined_windows.json').touch()
        done = self.run_script('nab', str(data), '--arms', 'full', HYPNOS_INSTALL='no')
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(self.calls()[2], f'hypnos-lab nab --data {data} --scores results/nab --arms full')


class Test(ScriptTest):

    def ctest_call(self, *arguments: str) -> str:
        done = self.run_script('test', *arguments, HYPNOS_INSTALL='no')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('all tests passed', done.stdout)
        return self.calls()[-1]

    def test_leaves_out_slow_tests_by_default(self):
        self.assertIn('--label-exclude ^(slow)$', self.ctest_call())
        self.assertIn('cmake --preset dev', self.calls())

    def test_all_means_all(self):
        self.assertNotIn('--label-exclude', self.ctest_call('--all'))

    def test_tsan_leaves_out_rooms_with_tbb(self):
        call = self.ctest_call('--preset', 'tsan')
        self.assertIn('--label-exclude ^(slow|pipeline', call)
        self.assertIn('/build/tsan ', call)

    def test_further_arguments_go_to_ctest(self):
        self.assertTrue(self.ctest_call('-R', 'Schedule').endswith(' -R Schedule'))

    def test_fails_as_ctest_does(self):
        self.recorder('ctest', 'exit 8')
        self.assert_fails(self.run_script('test', HYPNOS_INSTALL='no'), 8)


class TestNeon(ScriptTest):

    def setUp(self):
        super().setUp()
        for tool in ['id', 'touch']:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.recorder('apt-get', '[[ "$*" != *" download "* ]] || touch a.deb b.deb')
        self.recorder('dpkg-deb')
        log = self.tree / 'build/neon/Testing/Temporary/LastTest.log'
        log.parent.mkdir(parents=True)
        log.write_text('The kernels use neon.\n', encoding='utf-8')

    def neon(self):
        return self.run_script('test-neon', '-R', 'Kernels', HYPNOS_INSTALL='no')

    def test_unpacks_the_libraries_once_and_says_what_the_kernels_used(self):
        for _ in range(2):
            done = self.neon()
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn('the kernels used: neon', done.stdout)
        unpacked = [call.split()[2] for call in self.calls() if call.startswith('dpkg-deb ')]
        self.assertEqual(unpacked, ['a.deb', 'b.deb'])
        self.assertIn('cmake --preset neon', self.calls())
        self.assertTrue(self.calls()[-1].endswith(' -R Kernels'), self.calls()[-1])

    def test_says_that_the_libraries_could_not_be_fetched_and_tries_again(self):
        self.recorder('apt-get', 'echo "E: no network"; exit 100')
        for _ in range(2):
            self.assert_fails(self.neon(), 69, 'E: no network', 'libraries for Arm')


class Check(ScriptTest):

    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / 'tests/architecture', self.tree / 'tests/architecture')
        self.recorder('c++')
        self.write('src/base/a.cc', '#include <vector>\n')
        self.write('include/hypnos/base/b.h', '#pragma once\n')
        self.git('init', '--quiet')
        self.git('add', '.')

    def git(self, *arguments: str):
        subprocess.run(['git', '-C', self.tree, *arguments], check=True, capture_output=True)

    def write(self, path: str, text: str):
        file = self.tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding='utf-8')

    def commit(self):
        self.git('add', '.')
        self.git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'a')

    def check(self, *arguments: str):
        return self.run_script('check', *arguments, HYPNOS_INSTALL='no')

    def test_passes_when_all_is_well(self):
        self.commit()
        done = self.check('--quick')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('all is well', done.stdout)

    def test_works_before_the_first_commit_and_from_the_second_on(self):
        self.commit()
        self.assertEqual(self.check('--quick').returncode, 0)
        self.write('src/base/b.cc', '')
        self.commit()
        self.assertEqual(self.check('--quick').returncode, 0)

    def test_lists_all_that_is_to_be_done(self):
        self.commit()
        self.recorder('clang-format', 'exit 1')
        self.recorder('shellcheck', 'exit 1')
        self.write('src/base/a.cc', '#include <random>\n')
        done = self.check('--quick')
        self.assert_fails(done, 1, 'clang-format -i include/hypnos/base/b.h src/base/a.cc\n',
                          'src/base/a.cc:1: <random>', 'includes: ', 'scripts: ')

    def test_tidies_what_changed(self):
        self.write('src/base/b.cc', '')
        self.commit()
        self.write('include/hypnos/base/b.h', '#pragma once\n\n')
        self.commit()
        self.recorder('clang-tidy', 'echo "error: too clever"; exit 1')
        done = self.check()
        self.assert_fails(done, 1, 'error: too clever', 'clang-tidy: ')
        self.assertEqual([call for call in self.calls() if call.startswith('clang-tidy')],
                         ['clang-tidy -p build/dev --quiet src/base/b.cc'])

    def test_tidies_everything_on_request(self):
        self.commit()
        self.assertEqual(self.check('--all').returncode, 0)
        self.assertIn('clang-tidy -p build/dev --quiet src/base/a.cc', self.calls())

    def test_knows_no_such_revision(self):
        self.commit()
        self.assert_fails(self.check('--base', 'nowhere'), 64, "no revision 'nowhere'")

    def test_installs_a_git_hook_once_and_leaves_others_alone(self):
        hook = self.tree / '.git/hooks/pre-commit'
        for _ in range(2):
            self.assertEqual(self.run_script('install-git-hooks').returncode, 0)
        self.assertIn('scripts/check" --quick', hook.read_text(encoding='utf-8'))
        self.assertTrue(os.access(hook, os.X_OK))

        hook.write_text('#!/bin/sh\n', encoding='utf-8')
        self.assert_fails(self.run_script('install-git-hooks'), 1, 'another pre-commit hook')
        self.assertEqual(hook.read_text(encoding='utf-8'), '#!/bin/sh\n')


if __name__ == '__main__':
    unittest.main()
