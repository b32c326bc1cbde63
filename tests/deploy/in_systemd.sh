#!/usr/bin/env bash
# What the service has to do under systemd as the first process of a Debian 12; run there as a service by
# scripts/test-package, with two packages of the same version in /packages and the first installed.

set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 SYSTEMD_PAGER=cat SYSTEMD_COLORS=0
readonly config=/etc/hypnos/hypnos.yaml

fail() {
  printf 'in_systemd: %s\n' "$1" >&2
  systemctl status --no-pager --full --lines 30 hypnosd >&2 || true
  exit 1
}

say() { printf '  %s\n' "$1"; }

# wait_for SECONDS COMMAND...
wait_for() {
  local tries=$(($1 * 5))
  shift
  while ((tries-- > 0)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  fail "waited in vain for: $*"
}

property() { systemctl show --property "$1" --value hypnosd; }
is_up() { [[ "$(property ActiveState)" == "$1" ]]; }
has_booted() { [[ "$(systemctl is-system-running)" =~ ^(running|degraded)$ ]]; }
runs_again() { [[ "$(property MainPID)" != 0 && "$(property MainPID)" != "$1" ]] && is_up active; }
log() { journalctl --sync && journalctl --unit hypnosd --output cat --no-pager --lines "$1"; }
as_user() { setpriv --reuid hypnos --regid hypnos --init-groups "$@"; }
make_wrong() { printf 'colour: blue\n' >>"$config"; }

may_do_nothing() {
  local of=/proc/$1/status
  grep -qE '^CapBnd:\s+0+$' "$of" && grep -qE '^NoNewPrivs:\s+1$' "$of" && grep -qE '^Seccomp:\s+2$' "$of"
}

# Not yet again: that takes RestartSec.
has_ended() { [[ "$(property SubState)" =~ ^(failed|auto-restart)$ ]]; }

# takes CODE SUBSTATE PROGRAM [ARGUMENT]...: what becomes of a service whose program ends with that code.
takes() {
  local code=$1 becomes=$2 of=/run/systemd/system/hypnosd.service.d
  shift 2
  mkdir -p "$of"
  printf '[Service]\nExecStart=\nExecStart=%s\n' "$*" >"$of/try.conf"
  systemctl daemon-reload
  systemctl start --no-block hypnosd
  wait_for 60 has_ended
  [[ "$(property ExecMainStatus) $(property SubState)" == "$code $becomes" ]] ||
    fail "after '$*' it is $(property SubState) and not $becomes; its exit code is $(property ExecMainStatus)"
  systemctl stop hypnosd
  systemctl reset-failed hypnosd 2>/dev/null || true
  rm -r "$of"
  systemctl daemon-reload
}

wait_for 60 has_booted
cp "$config" /root/right.yaml

say "starting, and telling that it is ready"
systemctl --quiet enable --now hypnosd 2>/dev/null || fail "it does not start"
[[ "$(property Type)" == notify && "$(property StatusText)" != '' ]] || fail "it does not say what it is doing"
may_do_nothing "$(property MainPID)" || fail "it may do more than it needs"
[[ "$(stat -c %U "/proc/$(property MainPID)")" == hypnos ]] || fail "it is not run by its user"
as_user hypnosctl status >/dev/null || fail "it does not answer its user"

say "reloading; a wrong file fails, and changes nothing"
systemctl reload hypnosd || fail "a right file is refused"
make_wrong
if systemctl reload hypnosd 2>/dev/null; then fail "a wrong file is taken over"; fi
is_up active || fail "a wrong file has ended it"
[[ "$(log 10)" == *"$config:"*colour* ]] || fail "it does not say what is wrong where"
cp /root/right.yaml "$config"

say "killed, it is started again, and goes on from its checkpoint"
as_user hypnosctl checkpoint save >/dev/null || fail "it does not save"
pid=$(property MainPID)
kill -KILL "$pid"
wait_for 60 runs_again "$pid"
[[ "$(log 12)" == *'going on from checkpoint-'* ]] || fail "it begins anew"

say "crashed, it is started again; ended in order, it is not"
pid=$(property MainPID)
kill -SEGV "$pid"
wait_for 60 runs_again "$pid"
as_user hypnosctl shutdown >/dev/null || fail "it does not end when it is told to"
wait_for 60 is_up inactive
[[ "$(property ExecMainStatus) $(property Result)" == '0 success' ]] || fail "it does not end in order"
systemctl start hypnosd

say "stopped for good, the watchdog ends it"
pid=$(property MainPID)
kill -STOP "$pid"
wait_for 240 runs_again "$pid"
[[ "$(log 20)" == *"result 'watchdog'"* ]] || fail "it was something else that ended it"

say "an upgrade goes on from the checkpoint, too"
pid=$(property MainPID)
apt-get -q -y install --no-install-recommends "$(printf '%s\n' /packages/hypnos_*.deb | tail -n 1)" >/tmp/said 2>&1 ||
  fail "$(cat /tmp/said)"
wait_for 60 runs_again "$pid"
[[ "$(log 12)" == *'going on from checkpoint-'* ]] || fail "it begins anew"

say "pages say what works (tests/deploy/system_blocks.py)"
# By its kill the service of Debian's Prometheus is reloaded; ours has to do without.
apt-get -q -y install --no-install-recommends procps >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
for block in /packages/blocks/*; do
  (cd /packages/checkout && PATH=/packages/stand-ins:$PATH bash -e "$block") >/tmp/said 2>&1 </dev/null ||
    fail "$(basename "$block") fails: $(cat "$block" /tmp/said)"
  is_up active || fail "the service has ended after $(basename "$block")"
done
# The last of OPERATING.md is of a backup.
grep -q 'going on from checkpoint-' /tmp/said || fail "it does not go on from the backup: $(cat /tmp/said)"

say "what must be changed first is not started again"
make_wrong
if systemctl restart hypnosd 2>/dev/null; then fail "it runs by a wrong file"; fi
# By then a service that is started again waits for that (auto-restart), and is not failed.
is_up failed || fail "it is $(property ActiveState) after exit code 78"
[[ "$(property ExecMainStatus) $(property NRestarts)" == '78 0' ]] || fail "it is started again and again"
cp /root/right.yaml "$config"
systemctl reset-failed hypnosd
damaged=/var/lib/hypnos/damaged
as_user mkdir "$damaged"
as_user tee "$damaged/segment-000000-20260101T000000Z.hypnos" <<<'no session' >/dev/null
takes 64 failed /usr/bin/hypnosd --nonsense
takes 65 failed /usr/bin/hypnosd --replay "$damaged"

say "what may come back by itself is tried again"
takes 66 auto-restart /usr/bin/hypnosd --replay /var/lib/hypnos/nowhere
takes 70 auto-restart /bin/sh -c "'exit 70'" # a fault of ours
takes 74 auto-restart /usr/bin/hypnosd --set checkpoint.folder=/etc/hostname
# Not by as_user, whose shell it would be that is killed.
setpriv --reuid hypnos --regid hypnos --init-groups hypnosd --control /var/lib/hypnos/other.sock >/dev/null 2>&1 &
other=$!
wait_for 60 as_user hypnosctl --socket /var/lib/hypnos/other.sock status
takes 75 auto-restart /usr/bin/hypnosd
kill "$other"
wait "$other" || fail "the other daemon ended with $?"
systemctl start hypnosd

say "removed, it has ended; purged, nothing is left"
apt-get -q -y remove hypnos >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
if is_up active; then fail "it still runs"; fi
[[ -n "$(find /var/lib/hypnos -name '*.safetensors')" ]] || fail "removing took what was learned"
apt-get -q -y purge hypnos >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
[[ ! -e /var/lib/hypnos && -z "$(systemctl list-unit-files --no-legend 'hypnosd*')" ]] || fail "purging left something"
say "all of it as it should be"
