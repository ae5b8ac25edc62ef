#!/bin/sh
# Install the OpenID Connect provider that the tests let the gateway trust, from its lock file, into build/.
#
# Without npm this says so and ends well: the tests that need the provider are then skipped, and in CI they fail.
set -eu
cd "$(dirname "$0")/.."

from=tests/identity_provider
into=build/identity_provider
if ! command -v npm >/dev/null 2>&1; then
    echo "npm is not here: tests with a real identity provider will be skipped"
    exit 0
fi
if cmp -s "$from/package-lock.json" "$into/installed-lock.json"; then
    exit 0
fi
echo "installing the identity provider for tests"
rm -rf "$into"
mkdir -p "$into"
cp "$from/package.json" "$from/package-lock.json" "$into/"
(cd "$into" && npm ci --silent --ignore-scripts --no-audit --no-fund)
cp "$from/package-lock.json" "$into/installed-lock.json"
