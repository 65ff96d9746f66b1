"""A collector of spans for tests: a small HTTP server that reads what is sent to it by OTLP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What came, by the name of the service."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.came: list[tuple[str, Span]] = []

    def read(self, content: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(content)
        for each in request.resource_spans:
            (name,) = [a.value.string_value for a in each.resource.attributes if a.key == "service.name"]
            self.came += [(name, span) for scope in each.scope_spans for span in scope.spans]

    def of_trace(self, trace: str) -> dict[tuple[str, str], Span]:
        """The spans of one trace by service and name."""
        return {(name, span.name): span for name, span in self.came if span.trace_id.hex() == trace}


@contextmanager
def collecting(status: int = 200) -> Iterator[Collector]:
    """Listens until the block is left, and answers everything with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            if status == 200:
                collector.read(content)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the library's word
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
