# Sourced by run_local.sh and tests/run.sh, from the root of the project: makes .venv
# and installs into it once, the dependencies in the versions of a lock file.
#
#   prepare_environment LOCK   LOCK: local or dev, a file in requirements/
#
# Sets VENV_PYTHON. PYTHON=/path/to/python chooses the interpreter of a new .venv.

# Left set, every start would compile TensorFlow's modules again: 20 seconds.
unset PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK=1
export TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-3}"
VENV_PYTHON=".venv/bin/python"

# Whether command $1 runs and is a Python that the package supports. Being on the PATH
# is not enough: pyenv's shims are there for versions that are switched off.
is_supported_python() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
        2>/dev/null
}

# Prints the first command that is a supported Python and can make environments.
find_python() {
    local candidate found=""
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python
    do
        if is_supported_python "$candidate"; then
            if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
                echo "$candidate"
                return
            fi
            found="$candidate"
        fi
    done
    if [[ -n "$found" ]]; then
        echo "$found has no venv module; install it (on Debian and Ubuntu:" \
            "apt-get install python3-venv) and run this again." >&2
    else
        echo "Seamstress needs Python 3.11, 3.12 or 3.13, and none was found;" \
            "install one, or name it: PYTHON=/path/to/python3." >&2
    fi
    return 1
}

# Prints what an installation by lock $1 depends on; it is made again when this
# changes.
installation_key() {
    "$VENV_PYTHON" -c '
import hashlib, sys
digest = hashlib.sha256(sys.version.encode())
for path in ("pyproject.toml", "setup.py", f"requirements/{sys.argv[1]}.txt"):
    digest.update(open(path, "rb").read())
print(digest.hexdigest())' "$1"
}

prepare_environment() {
    local lock="$1" python candidate
    if [[ ! -e .venv ]] || ! "$VENV_PYTHON" -c '' 2>/dev/null; then
        python="$(find_python)" || return 1
        echo "Making .venv with $("$python" --version)"
        # --clear: a run that was stopped here, or a Python that was removed since,
        # leaves an environment that does not start.
        "$python" -m venv --clear .venv || return 1
    fi
    if ! is_supported_python "$VENV_PYTHON"; then
        echo "The folder .venv holds $("$VENV_PYTHON" --version), and Seamstress needs" \
            "3.11, 3.12 or 3.13; delete .venv and run this again." >&2
        return 1
    fi
    # dev holds all of local, in the same versions.
    for candidate in "$lock" dev; do
        if [[ -f ".venv/installed-$candidate" ]] \
            && [[ "$(<".venv/installed-$candidate")" \
                == "$(installation_key "$candidate")" ]]; then
            return 0
        fi
    done
    echo "Installing Seamstress into .venv (minutes, the first time)"
    "$VENV_PYTHON" -m pip install --quiet --upgrade pip || return 1
    "$VENV_PYTHON" -m pip install --quiet --requirement "requirements/$lock.txt" \
        || return 1
    "$VENV_PYTHON" -m pip install --quiet --no-deps --editable . || return 1
    installation_key "$lock" >".venv/installed-$lock"
}
