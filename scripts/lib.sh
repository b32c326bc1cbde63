# shellcheck shell=bash
# What the scripts beside this file share. Sourced, never run.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=scripts/$(basename "$0")
readonly root program

# Exit codes of sysexits.h, as the programs use them.
# shellcheck disable=SC2034 # not every script needs every one
readonly EX_USAGE=64 EX_NOINPUT=66 EX_UNAVAILABLE=69 EX_IOERR=74 EX_NOPERM=77

# One line for each phase, with the seconds since the script was started.
say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

# die CODE SENTENCE
die() {
  printf '%s: %s\n' "$program" "$2" >&2
  exit "$1"
}

wrong_usage() { die "$EX_USAGE" "$1; see $program --help"; }

# The comment that opens a script, up to its first blank line, is its help.
print_help() { sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"; }

# The options of programs that are not built yet stand in their sources: a wrong one is refused before the
# minutes that building takes.

# declared_by METHODS FILE: those which methods of CLI11 declare there, a line each.
declared_by() { tr -d ' \n' <"$2" | grep -oE "($1)\(\"--[a-z-]+\"" | grep -oE -e '--[a-z-]+'; }

# check_arguments FLAGS VALUED ARGUMENT...: options without and with a value, a line each, and nothing else.
check_arguments() {
  local flags=$1 valued=$2
  shift 2
  while (($# > 0)); do
    if grep -qxFe "${1%%=*}" <<<"$valued"; then
      if [[ "$1" != *=* ]]; then
        (($# > 1)) || wrong_usage "$1 needs a value"
        shift
      fi
    elif ! grep -qxFe "${1%%=*}" <<<"$flags"; then
      wrong_usage "unknown argument '$1'"
    fi
    shift
  done
}

# refuse_unknown OPTIONS ARGUMENT...: of what begins with --; the rest may be values.
refuse_unknown() {
  local argument
  for argument in "${@:2}"; do
    if [[ "$argument" == --?* ]] && ! grep -qxFe "${argument%%=*}" <<<"$1"; then
      wrong_usage "unknown option '$argument'"
    fi
  done
}

# Of every experiment, in a line each.
options_of_lab() { echo --help && grep -ohE '"--[a-z-]+"' "$root"/src/lab/*.cc | tr -d '"'; }

options_of_ctest() { ctest --help | grep -oE -e '--[a-z-]+'; }

# Runs a command and shows what it printed only if it failed.
quietly() {
  local log words code=0
  log=$(mktemp)
  exec {words}<>"$log"
  rm "$log" # nothing is left of it, however this ends
  "$@" >&"$words" 2>&1 </dev/null || code=$?
  if ((code != 0)); then cat "/dev/fd/$words" >&2; fi
  exec {words}>&-
  return "$code"
}

# On a terminal Ninja keeps its progress to one line; in a log it would be a line a file.
quietly_unless_terminal() {
  if [[ -t 1 ]]; then "$@"; else quietly "$@"; fi
}

# configure PRESET [ARGUMENT OF cmake]...
configure() {
  say "configuring preset $1"
  (cd "$root" && quietly cmake --preset "$@") ||
    die $? "cmake could not configure build/$1 (its words are above); can $root/build be written?"
}

# build PRESET [TARGET...]: everything, or just these targets.
build() {
  local preset=$1
  shift
  local targets=()
  if (($# > 0)); then targets=(--target "$@"); fi
  say "building ${*:-everything} with preset $preset on $(nproc) cores"
  # Ninja then ends as if the sources did not build.
  trap 'die 130 "interrupted; the same command goes on where it was stopped"' INT
  (cd "$root" && quietly_unless_terminal cmake --build --preset "$preset" --parallel "$(nproc)" \
    ${targets[@]+"${targets[@]}"}) || die $? "preset $preset does not build (the compiler's words are above)"
  trap - INT
}
