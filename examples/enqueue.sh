#!/bin/sh
# sh examples/enqueue.sh ACCOUNT OPERATION REASON ID...
#
# Prints the API's answer. Exit 0: accepted; 22: refused, and the answer says which field is wrong.
set -eu
if [ $# -lt 4 ]; then
  sed -n '2s/^# //p' "$0" >&2
  exit 2
fi

# A JSON string of what has no line breaks.
string() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

body="{\"account\":$(string "$1"),\"operation\":$(string "$2"),\"reason\":$(string "$3"),\"ids\":["
shift 3
body="$body$(string "$1")"
shift
for id in "$@"; do body="$body,$(string "$id")"; done
body="$body]}"

# One key for all attempts: what was accepted by one whose answer was lost is not accepted twice.
once=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

# The API key goes by standard input: other users of the machine can read a command's arguments.
{ [ -z "${EXPUNGE_API_KEY:-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$EXPUNGE_API_KEY"; } |
  curl --config - --silent --show-error --fail-with-body \
    --retry 5 --retry-connrefused --max-time 30 \
    --header 'Content-Type: application/json' --header "Idempotency-Key: $once" \
    --data "$body" "${EXPUNGE_URL:-http://127.0.0.1:8080}/v1/deletions"
