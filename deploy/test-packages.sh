#!/usr/bin/env bash
# Installs what the tests need beside Python: a browser, a font with Chinese characters,
# PostgreSQL's server, node. Where that is not possible it says what is missing and which suites
# cannot run in full; those suites then fail by themselves, the others run.
set -uo pipefail

packages=()   # Debian packages to install
cannot=()     # what each missing package stops

need() { # need PACKAGE "SUITES" TEST…
    local package=$1 suites=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        packages+=("$package")
        cannot+=("$package: cannot run in full without it: $suites")
    fi
}

postgresql_server() { compgen -G '/usr/lib/postgresql/*/bin/postgres' || command -v postgres; }
cjk_font() { [ -n "$(fc-list :lang=zh 2>/dev/null)" ]; }
browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

look() {
    packages=() cannot=()
    need chromium "tests/browser, tests/system (wall screen)" browser
    need fonts-noto-cjk "tests/browser (widths of Chinese text)" cjk_font
    need postgresql "tests/data on PostgreSQL, tests/system on PostgreSQL" postgresql_server
    need nodejs "unit tests of the JavaScript" command -v node
}

look
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # fc-list comes with fontconfig, which chromium brings
    echo "installing the Debian packages: ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    # Debian would make and start a cluster; ours are the tests' own
    policy=/usr/sbin/policy-rc.d
    made_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made_policy=1
    fi
    apt-get install -qq -y --no-install-recommends "${packages[@]}" </dev/null >/dev/null ||
        echo "apt-get install ${packages[*]} failed" >&2
    [ -n "$made_policy" ] && rm -f "$policy"
    look
fi
if [ ${#packages[@]} -gt 0 ]; then
    echo "MISSING (apt-get install --no-install-recommends ${packages[*]}):" >&2
    printf '  %s\n' "${cannot[@]}" >&2
fi
exit 0 # the suites themselves fail where something they need is missing
