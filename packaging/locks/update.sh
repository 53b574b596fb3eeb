#!/bin/sh
# Writes the lock files anew from pyproject.toml: every Python package that set-up installs, with its version and the
# digests of its files, for all systems and Python versions. Run by `make lock`.
set -eu
cd "$(dirname "$0")/../.."

tools=build/lock-tools
[ -x $tools/bin/uv ] || { python3 -m venv $tools && $tools/bin/python -m pip install -qq uv; }

lock() { # NAME CONSTRAINTS EXTRA…
    name=$1 constraints=$2
    shift 2
    options=
    for extra in "$@"; do options="$options --extra $extra"; done
    # shellcheck disable=SC2086  # lists of words
    $tools/bin/uv --quiet --no-config pip compile pyproject.toml --universal --python-version 3.11 --upgrade \
        --generate-hashes --no-annotate --no-header $constraints $options --output-file "packaging/locks/$name.txt"
}

# first all together, so that one version of a package serves every goal
lock all "" desktop engine check test package docs build
same="--constraint packaging/locks/all.txt"
lock run "$same" desktop build
lock test "$same" desktop engine check test build
lock package "$same" desktop package build
lock docs "$same" docs build
rm packaging/locks/all.txt
