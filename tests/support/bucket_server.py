"""Serves emulated buckets on a free port until stdin ends: `gs` or `s3`.

A process of its own, so that its threads and sockets are none of the tests'. The first
line of stdout is the address; the second word of the command line names a bucket.
"""

import logging
import sys


def serve_gs(bucket: str) -> str:
    from gcp_storage_emulator.server import create_server

    server = create_server("127.0.0.1", 0, in_memory=True, default_bucket=bucket)
    server.start()
    return f"http://127.0.0.1:{server._api._httpd.server_port}"


def serve_s3(bucket: str) -> str:
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket=bucket)
    return address


if __name__ == "__main__":
    logging.disable(logging.ERROR)
    scheme, bucket = sys.argv[1:]
    print({"gs": serve_gs, "s3": serve_s3}[scheme](bucket), flush=True)
    sys.stdin.read()
