#!/usr/bin/env bash
# offline-install.sh FOLDER PYTHON: installs requirements.txt from a folder of offline-fetch.sh, and
# from nowhere else.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 python=$2

if [ ! -r "$folder/SHA256SUMS" ]; then
    echo "OFFLINE=$folder is no folder that \`make fetch\` has filled: SHA256SUMS is missing" >&2
    exit 1
fi
made_for=$(cat "$folder/made-for")
here=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("SOABI"))')
if [ "$made_for" != "$here" ]; then
    echo "$folder was filled for $made_for, this is $here: fetch with the same Python" >&2
    exit 1
fi
(cd "$folder" && sha256sum --quiet --check SHA256SUMS)
echo "installing requirements.txt from $folder"
# neither an index nor a setting of this machine that names one
PIP_CONFIG_FILE=/dev/null "$python" -m pip --isolated install -qq --disable-pip-version-check \
    --no-input --no-index --find-links "$folder/wheels" -r requirements.txt
