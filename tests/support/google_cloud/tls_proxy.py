"""Leads TensorFlow's own gs:// code to the storage emulator.

TensorFlow speaks TLS to www.googleapis.com and storage.googleapis.com, whatever an
emulator's variables say; but its HTTP client heeds `https_proxy` and `CURL_CA_BUNDLE`.
So this is an HTTPS proxy that answers as these hosts, with a certificate of its own.
"""

import datetime
import http.client
import json
import ssl
import urllib.parse
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.google_cloud.server import LoopbackServer, SilentHandler

HOSTS = ("www.googleapis.com", "storage.googleapis.com")
_OF_ONE_HOP = {"connection", "content-length", "host", "transfer-encoding"}


class TlsProxy:
    """Forwards what is sent to Cloud Storage to a plain HTTP server.

    Attributes:
      environment: variables that lead TensorFlow of a process there.
    """

    def __init__(self, target_port, folder):
        """Starts the proxy.

        Args:
          target_port: of the storage emulator, on localhost.
          folder: where to keep the certificate.
        """
        certificate = _write_certificate(Path(folder))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

        class Handler(_Handler):
            tls, target = context, target_port

        self._server = LoopbackServer(Handler)
        self.environment = {
            "https_proxy": f"http://localhost:{self._server.port}",
            "no_proxy": "localhost,127.0.0.1",
            "CURL_CA_BUNDLE": str(certificate),
            "GOOGLE_AUTH_TOKEN_FOR_TESTING": "token",
            "NO_GCE_CHECK": "true",
        }

    def close(self):
        """Stops the proxy."""
        self._server.close()


class _Handler(SilentHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):  # noqa: N802
        host = self.path.partition(":")[0]
        if host not in HOSTS:
            self.send_error(502, f"{host} is not on loopback")
            return
        self.send_response(200)
        self.end_headers()
        # From here on, requests come through TLS on the same connection.
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def finish(self):
        super().finish()
        # The server closes the plain socket, which the TLS one has taken over.
        self.connection.close()

    def _forward(self):
        headers = {
            k: v for k, v in self.headers.items() if k.lower() not in _OF_ONE_HOP
        }
        path, body = self.path, self._body()
        if not body and "uploadType=media" in path:
            path, body = _as_multipart(path, headers)
        target = http.client.HTTPConnection("localhost", self.target)
        target.request(self.command, path, body, headers)
        answer = target.getresponse()
        content = answer.read()
        target.close()
        self.send_response(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() == "location":
                here = f"http://localhost:{self.target}"
                value = value.replace(here, f"https://{HOSTS[0]}", 1)
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.body()
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _forward  # noqa: N815


def _as_multipart(path, headers):
    """Says an empty upload in another way.

    TensorFlow marks folders by empty objects. The emulator fails on an empty body; an
    empty part of a body is the same to Cloud Storage.
    """
    url = urllib.parse.urlsplit(path)
    query = urllib.parse.parse_qs(url.query)
    headers["Content-Type"] = 'multipart/related; boundary="part"'
    meta = json.dumps({"name": query["name"][0]})
    body = (
        f"--part\r\nContent-Type: application/json\r\n\r\n{meta}\r\n"
        "--part\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--part--\r\n"
    )
    return f"{url.path}?uploadType=multipart", body.encode()


def _write_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "loopback.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
