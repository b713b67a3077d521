#!/bin/sh
# Print the path of a CPython that can hold this project's environment, or say on stderr that there is none.
#
# Candidates are run, not only looked up: a pyenv shim exists for versions that are not active and then exits non-zero,
# and a system Python may come without venv and ensurepip. The versions that the tests run on come first;
# VERSIONS="3.12" in the environment asks for certain ones only.

set -u
tested=${VERSIONS:-"3.13 3.12 3.14"}
home=${HOME:-/nonexistent}

try() {
    "$1" -c '
import ensurepip, sys, venv
if sys.version_info < (3, 12) or sys.implementation.name != "cpython":
    sys.exit(1)
print(sys.executable)' </dev/null 2>/dev/null && exit 0
}

if [ -n "${1:-}" ]; then
    try "$1"
    echo "PYTHON=$1 is not a CPython 3.12 or later with venv and ensurepip." >&2
    exit 1
fi

for version in $tested; do
    try "python$version"
done
[ -n "${VERSIONS:-}" ] || try python3
for version in $tested; do
    for python in "${PYENV_ROOT:-$home/.pyenv}/versions/$version"*/bin/python3 \
        "$home/.local/share/uv/python/cpython-$version"*/bin/python3 \
        "/opt/homebrew/bin/python$version" "/usr/local/bin/python$version"; do
        [ -x "$python" ] && try "$python"
    done
done

cat >&2 <<'END'
No Python 3.12 or later was found on the PATH, under pyenv, uv or Homebrew.
Install one (with venv: on Debian and Ubuntu that is the package python3-venv), or name one you have:
    make setup PYTHON=/path/to/python3
END
exit 1
