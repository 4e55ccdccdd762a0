"""python3 examples/enqueue.py ACCOUNT OPERATION REASON ID...

Accepts ids for deletion and waits until it is known what became of each. Exit 0: all are gone; 1: some are not, or
nothing was accepted.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

URL = os.environ.get("EXPUNGE_URL", "http://127.0.0.1:8080").rstrip("/")
API_KEY = os.environ.get("EXPUNGE_API_KEY")
ATTEMPTS = 5


def ask(method, path, body=None, **headers):
    """The answer's JSON. Sent again over broken connections, 429 and 503, so it must be harmless twice."""
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    if API_KEY:
        headers["Authorization"] = "Bearer " + API_KEY
    for attempt in range(1, ATTEMPTS + 1):
        request = urllib.request.Request(URL + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or attempt == ATTEMPTS:
                raise
            wait = float(error.headers.get("Retry-After") or attempt)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if attempt == ATTEMPTS:
                raise
            wait = attempt
        time.sleep(wait)


def targets(request):
    """All targets of a request, page by page."""
    cursor = {}
    while cursor is not None:
        page = ask("GET", "/v1/deletions/%s?%s" % (request, urllib.parse.urlencode({"limit": 1000, **cursor})))
        yield from page["targets"]
        cursor = {"cursor": page["next"]} if page["next"] else None


def main(account, operation, reason, *ids):
    deletion = {"account": account, "operation": operation, "reason": reason, "ids": ids}
    # One key for all attempts: what was accepted by one whose answer was lost is not accepted twice.
    accepted = ask("POST", "/v1/deletions", deletion, **{"Idempotency-Key": str(uuid.uuid4())})
    print("%(accepted)d accepted: %(id)s" % accepted)
    while ask("GET", "/v1/deletions/%s?limit=1" % accepted["id"])["state"] == "open":
        time.sleep(1)
    settlements = {target["id"]: target["settlement"] for target in targets(accepted["id"])}
    for each, settlement in settlements.items():
        print(each, settlement)
    return 0 if set(settlements.values()) <= {"deleted", "absent"} else 1


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except urllib.error.HTTPError as error:
        # A problem (RFC 9457): detail says what is wrong, errors says where.
        sys.exit(error.read().decode())
