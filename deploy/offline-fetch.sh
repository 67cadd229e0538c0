#!/usr/bin/env bash
# offline-fetch.sh FOLDER PYTHON: fills FOLDER with everything that an installation without a network
# needs: wheels/ (every package of requirements.txt for this Python and platform), debs/ (Debian
# packages with all that they depend on), made-for, SHA256SUMS. DEBS="…" names other Debian packages.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 python=$2
read -ra packages <<<"${DEBS:-python3 python3-venv make libstdc++6 fontconfig fonts-noto-cjk}"

case "$(realpath -m "$folder")/" in
"$(pwd -P)"/*)
    echo "OFFLINE=$folder lies in the repository: choose a folder outside" >&2
    exit 1
    ;;
esac
mkdir -p "$folder"
folder=$(realpath "$folder")
rm -rf "$folder/wheels" "$folder/debs"
mkdir -p "$folder/wheels" "$folder/debs/partial"

echo "fetching the packages of requirements.txt into $folder/wheels"
# redis wants async-timeout of Pythons before 3.11.3, such as Debian 12's, whichever fetches
"$python" -m pip download -qq --disable-pip-version-check --no-input --only-binary :all: \
    -d "$folder/wheels" -r requirements.txt async-timeout
"$python" -c 'import sysconfig; print(sysconfig.get_config_var("SOABI"))' >"$folder/made-for"

if command -v apt-get >/dev/null; then
    echo "fetching the Debian packages ${packages[*]} into $folder/debs"
    # as for a machine that has nothing yet, and without touching what this one has
    apt-get -qq -y -o Debug::NoLocking=1 -o Dir::State::status=/dev/null \
        -o Dir::Cache::archives="$folder/debs" -o APT::Sandbox::User="$(id -un)" \
        install --download-only --no-install-recommends "${packages[@]}" </dev/null >/dev/null
else
    echo "no apt-get here: fetch these Debian packages elsewhere: ${packages[*]}" >&2
fi
rm -rf "$folder/debs/partial" "$folder/debs/lock"
(cd "$folder" && find wheels debs made-for -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
echo "$folder: $(find "$folder/wheels" -type f | wc -l) wheels for $(cat "$folder/made-for")," \
    "$(find "$folder/debs" -type f | wc -l) Debian packages, $(du -sh "$folder" | cut -f1)"
