#!/usr/bin/env bash
# make-venv.sh FOLDER: a virtual environment by the first Python >= 3.11 that is here.
# PYTHON=/path/to/python chooses another one.
set -euo pipefail
folder=$1

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python}; do
    if command -v "$candidate" >/dev/null && fits "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "${python:-}" ]; then
    echo "Python 3.11 or newer is needed (PYTHON=/path/to/python chooses one)" >&2
    exit 1
fi

# Debian keeps venv's pip in a package of its own
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    package=python$version-venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing the Debian package $package"
        apt-get update -qq </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
            "$package" </dev/null >/dev/null
    else
        echo "$python cannot make virtual environments: install the Debian package $package" >&2
        exit 1
    fi
fi

echo "making $folder with $("$python" --version)"
"$python" -m venv "$folder"
