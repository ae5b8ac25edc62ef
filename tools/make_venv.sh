#!/bin/sh
# Make the virtual environment that every make target runs in.
#
# usage: tools/make_venv.sh PYTHON FOLDER
#
# Says in one message what is wrong when PYTHON is missing, too old, or has no venv module, and leaves nothing half-made behind.
set -eu

python=$1
folder=$2

if ! "$python" -c 'pass' >/dev/null 2>&1; then
    echo "proofbook needs Python 3.11 or newer, and there is no '$python' here that starts." >&2
    echo "Install one, or name yours: make install PYTHON=/path/to/python3.12" >&2
    exit 2
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    found=$("$python" -c 'import sys; print(".".join(map(str, sys.version_info[:3])))')
    echo "proofbook needs Python 3.11 or newer, and '$python' is $found." >&2
    echo "Name a newer one: make install PYTHON=python3.12" >&2
    exit 2
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "'$python' cannot make virtual environments: its venv module is not installed." >&2
    echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 2
fi
if ! "$python" -m venv "$folder"; then
    rm -rf "$folder"
    exit 2
fi
