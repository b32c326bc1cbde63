#!/usr/bin/env bash
# What a package has to do in a Debian 12 without systemd as its first process; run in such a tree by
# scripts/test-package, with two packages of the same version in /packages.

set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

fail() {
  printf 'in_debian: %s\n' "$1" >&2
  exit 1
}

say() { printf '  %s\n' "$1"; }

# A command that says much, shown where it fails.
quietly() {
  "$@" >/tmp/said 2>&1 </dev/null || {
    cat /tmp/said >&2
    fail "this failed: $*"
  }
}

newest() { find /var/lib/hypnos/checkpoints -name '*.safetensors' 2>/dev/null | sort | tail -n 1; }

# Until the command succeeds; a minute at most.
wait_for() {
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  cat /tmp/daemon.log >&2
  fail "waited in vain for: $*"
}

has_frames() { hypnosctl status --json | tr -d ' \n' | grep -qE '"frames":"?[1-9]'; }

# Runs the daemon on the configuration that was installed, as its user, and saves what it learned.
run_daemon() {
  local daemon
  setpriv --reuid hypnos --regid hypnos --init-groups hypnosd --config /etc/hypnos/hypnos.yaml >/tmp/daemon.log 2>&1 &
  daemon=$!
  wait_for has_frames
  quietly hypnosctl checkpoint save
  kill "$daemon"
  wait "$daemon" || fail "hypnosd ended with $?: $(cat /tmp/daemon.log)"
  [[ -n "$(newest)" ]] || fail "there is no checkpoint under /var/lib/hypnos"
}

version_of() { dpkg-query --show --showformat='${Version}' hypnos; }

mapfile -t packages < <(find /packages -name 'hypnos_*.deb' | sort)
((${#packages[@]} == 2)) || fail "there must be two packages, not ${#packages[@]}"

say "installing, with what it depends on"
quietly apt-get -q update
quietly apt-get -q -y install --no-install-recommends "${packages[0]}"
hypnosd --version | grep -q '^hypnosd ' || fail "hypnosd does not say its version"
hypnosctl --version | grep -q '^hypnosctl ' || fail "hypnosctl does not say its version"
id -nG hypnos | grep -qw video || fail "the user hypnos may not look through cameras"
[[ "$(stat -c '%U %a' /var/lib/hypnos)" == 'hypnos 750' ]] || fail "/var/lib/hypnos is not of hypnos alone"
[[ -f /lib/systemd/system/hypnosd.service ]] || fail "there is no unit"
[[ -f /etc/hypnos/hypnos.yaml ]] || fail "there is no configuration"
[[ ! -e /etc/systemd/system/multi-user.target.wants/hypnosd.service ]] ||
  fail "the service is enabled before anybody has said what to watch"

say "running, as its user"
run_daemon
saved=$(newest)

say "configuring it once more changes nothing"
quietly sh /var/lib/dpkg/info/hypnos.postinst configure "$(version_of)"
[[ "$(newest)" == "$saved" ]] || fail "the checkpoint is gone"

say "upgrading"
before=$(version_of)
echo '# mine' >>/etc/hypnos/hypnos.yaml
quietly apt-get -q -y install --no-install-recommends "${packages[1]}"
[[ "$(version_of)" != "$before" ]] || fail "it is still version $before"
[[ "$(newest)" == "$saved" ]] || fail "the upgrade took the checkpoint"
grep -q '^# mine$' /etc/hypnos/hypnos.yaml || fail "the upgrade took what was configured"
run_daemon
grep -q 'going on from checkpoint-' /tmp/daemon.log || fail "it did not go on from its checkpoint: $(cat /tmp/daemon.log)"
saved=$(newest)

say "removing"
quietly apt-get -q -y remove hypnos
[[ ! -e /usr/bin/hypnosd ]] || fail "hypnosd is still there"
[[ "$(newest)" == "$saved" ]] || fail "removing took what was learned"
id hypnos >/dev/null 2>&1 || fail "removing took the user, whose files are still there"

say "installing again, which finds what was learned"
quietly apt-get -q -y install --no-install-recommends "${packages[1]}"
[[ "$(newest)" == "$saved" ]] || fail "installing again took what was learned"

say "purging"
quietly apt-get -q -y purge hypnos
for left in /var/lib/hypnos /run/hypnos /etc/hypnos /usr/share/doc/hypnos; do
  [[ ! -e "$left" ]] || fail "purging left $left"
done
if id hypnos >/dev/null 2>&1; then fail "purging left the user hypnos"; fi
say "all of it as it should be"
