#!/bin/sh
# The browser tests drive Chromium. Install it where that is allowed, else say what is missing;
# the tests then skip with the same words.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "Chromium was not found: the browser tests will be skipped. Install the package 'chromium'." >&2
