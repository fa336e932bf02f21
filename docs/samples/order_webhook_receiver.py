"""A receiver of Claimdesk's order webhook to copy from: it checks the signature, acts once per key, and answers `paid`.

Standard library only. Try it with

    ORDER_WEBHOOK_SECRET=... python docs/samples/order_webhook_receiver.py 8090 decisions.db

and ORDER_WEBHOOK_URL=http://127.0.0.1:8090/ in the settings of Claimdesk. Replace `refund` by a call of your system.
"""

import hmac
import json
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LONGEST = 64 * 1024  # bytes; a decision has a few hundred
TABLE = "CREATE TABLE IF NOT EXISTS decisions (key TEXT PRIMARY KEY, decision TEXT NOT NULL, answer TEXT NOT NULL)"


def is_signed(secret: bytes, body: bytes, header: str) -> bool:
    """Return whether the header X-Claimdesk-Signature is that of the body, byte for byte as it came."""
    expected = "sha256=" + hmac.new(secret, body, sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), header.encode("utf-8", "replace"))


def refund(decision: dict, key: str) -> str:
    """Pay `amount` (in 分) back on `order_no`; return the reference of the payment.

    Give `key` to the payment service as its own idempotency key, so that a crash between paying and `COMMIT` below
    pays nothing twice.
    """
    return f"demo-{key}"


def take(database: sqlite3.Connection, key: str, decision: dict) -> str:
    """Act on a decision once, and return the answer; a key that was seen before gets the same answer again."""
    with database:  # COMMIT at the end, ROLLBACK when something fails
        database.execute("BEGIN IMMEDIATE")  # a second delivery of the same key waits here
        known = database.execute("SELECT answer FROM decisions WHERE key = ?", (key,)).fetchone()
        if known:
            return known[0]
        paid = []
        if decision["amount"] > 0:
            reference = refund(decision, key)
            at = datetime.now(UTC).isoformat()
            paid = [{"line": decision["line"], "amount": decision["amount"], "paid_at": at, "reference": reference}]
        answer = json.dumps({"paid": paid})
        database.execute("INSERT INTO decisions VALUES (?, ?, ?)", (key, json.dumps(decision), answer))
    return answer


class Receiver(BaseHTTPRequestHandler):
    """Answers POST: 200 when the decision was acted on (now or before), 403 not signed, 400 no decision."""

    secret = b""
    path_of_database = "decisions.db"
    timeout = 10

    def do_POST(self) -> None:
        """Take one decision. Whatever is not 2xx is sent again by Claimdesk, with the same key."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LONGEST:
            return self.say(413, {"error": "too long"})
        body = self.rfile.read(length)
        if not is_signed(self.secret, body, self.headers.get("X-Claimdesk-Signature", "")):
            return self.say(403, {"error": "not signed"})
        key = self.headers.get("Idempotency-Key", "")
        try:
            decision = json.loads(body)
            with closing(sqlite3.connect(self.path_of_database, timeout=8, isolation_level=None)) as database:
                database.execute(TABLE)
                answer = take(database, key, decision)
        except (ValueError, KeyError, TypeError):
            return self.say(400, {"error": "no decision"})
        return self.say(200, json.loads(answer))

    def say(self, status: int, answer: dict) -> None:
        """Send an answer as JSON."""
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Write no log: your server has its own."""


def serve(port: int, path: str, secret: str) -> ThreadingHTTPServer:
    """Return a server on this machine; run it with serve_forever()."""
    receiver = type("OurReceiver", (Receiver,), {"secret": secret.encode(), "path_of_database": path})
    return ThreadingHTTPServer(("127.0.0.1", port), receiver)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], os.environ["ORDER_WEBHOOK_SECRET"]).serve_forever()
