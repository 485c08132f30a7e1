#!/usr/bin/env bash
# Installs what tests look through: Debian's Chromium with its driver, for report.html,
# and zsh, for its completion. Where that is not possible those tests skip, and say why.
set -euo pipefail

if command -v chromium >/dev/null && command -v chromedriver >/dev/null &&
    command -v zsh >/dev/null; then
    exit 0
fi
if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "No Chromium or no zsh, and no right to install them: their tests skip." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && apt-get install --yes --no-install-recommends \
    chromium chromium-driver zsh; } >/dev/null; then
    echo "Chromium and zsh could not be installed: their tests skip." >&2
fi
