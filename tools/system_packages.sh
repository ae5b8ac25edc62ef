#!/bin/sh
# Install what the test suites need from Debian and what is not here yet. Needs root; does nothing when all is here.
#
#   chromium             takes pictures of the pages and checks them as a reader would see them
#   fonts-dejavu-core    a browser without any font draws empty boxes
#   libreoffice-calc-nogui  opens the workbooks of a room, as a program that is not ours
#   nodejs, npm          run an independent signature verifier and an OpenID Connect provider, neither of them ours
#   poppler-utils        reads the PDFs of a room, as a program that is not ours
#   python3-venv         Debian ships python3 without it
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-dejavu-core"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc-nogui"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
command -v pdfinfo >/dev/null 2>&1 || missing="$missing poppler-utils"
python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
[ -n "$missing" ] || exit 0

echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # a list of names
apt-get install -y -qq --no-install-recommends $missing >/dev/null
