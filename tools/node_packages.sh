#!/bin/sh
# Install what tests need from npm, each from its lock file, into build/: the OpenID Connect provider that the gateway and the pages
# trust in tests, and the rules for accessible pages that run in the browser.
#
# Without npm this says so and ends well: the tests that need them are then skipped, and in CI they fail.
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null 2>&1; then
    echo "npm is not here: tests with a real identity provider and of accessible pages will be skipped"
    exit 0
fi
for name in identity_provider page_checks; do
    from=tests/$name
    into=build/$name
    if cmp -s "$from/package-lock.json" "$into/installed-lock.json"; then
        continue
    fi
    echo "installing for tests: $name"
    rm -rf "$into"
    mkdir -p "$into"
    cp "$from/package.json" "$from/package-lock.json" "$into/"
    (cd "$into" && npm ci --silent --ignore-scripts --no-audit --no-fund)
    cp "$from/package-lock.json" "$into/installed-lock.json"
done
