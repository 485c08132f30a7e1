"""An HTTP server on a free port of localhost, in threads of this process."""

import http.server
import json
import threading


class LoopbackServer:
    """Serves until it is closed.

    Attributes:
      port: on localhost.
    """

    def __init__(self, handler):
        """Starts to serve with a class of `SilentHandler`."""
        self._server = http.server.ThreadingHTTPServer(("localhost", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_port

    def close(self):
        """Stops to serve."""
        self._server.shutdown()
        self._server.server_close()


class SilentHandler(http.server.BaseHTTPRequestHandler):
    """Writes no log; reads and answers JSON."""

    def body(self):
        """Returns what was sent with a request that names its length."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, value):
        """Sends a value as JSON."""
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Silent."""
