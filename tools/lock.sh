#!/bin/sh
# Resolve every dependency for every platform into hash-pinned files.
#
# usage: tools/lock.sh UV [--upgrade]
#
# dev.txt is resolved first and holds everything; the smaller files are cut from it, so a package has one version throughout.
# No address of a package index and no path of this machine may end up in a file: tools/check_words.py looks.
set -eu

uv=$1
shift

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
        --no-annotate --custom-compile-command "make lock" "$@"
}

compile pyproject.toml --all-extras requirements/dev.in "$@" --output-file requirements/dev.txt
compile pyproject.toml --constraint requirements/dev.txt "$@" --output-file requirements/base.txt
compile pyproject.toml --extra demo --constraint requirements/dev.txt "$@" --output-file requirements/demo.txt
compile requirements/build.in --constraint requirements/dev.txt "$@" --output-file requirements/build.txt
compile requirements/fuzz.in --constraint requirements/dev.txt "$@" --output-file requirements/fuzz.txt
compile requirements/lock.in "$@" --output-file requirements/lock.txt
