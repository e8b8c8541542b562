# Sourced by ./run and ./test with $root set: finds a Python of at least 3.11 and leaves its command in $python.
# The environment's own comes first: when it is there, this costs one start of the interpreter.
python=
for candidate in "$root/.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "livedocs needs Python 3.11 or newer, and there is none on PATH." >&2
    echo "Install it (Debian, Ubuntu: apt install python3 python3-venv; elsewhere: python.org) and run this again." >&2
    exit 1
fi
