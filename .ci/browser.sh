#!/usr/bin/env bash
# Installs Debian's Chromium and its driver, with which the tests look at report.html.
# Where that is not possible those tests skip, and say why.
set -euo pipefail

if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then
    exit 0
fi
if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "No Chromium, and no right to install it: the report is not looked at." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && apt-get install --yes --no-install-recommends \
    chromium chromium-driver; } >/dev/null; then
    echo "Chromium could not be installed: the report is not looked at." >&2
fi
