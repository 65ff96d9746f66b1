"""Spans in OpenTelemetry's form, by OTLP over HTTP. Imported only where a collector is named: the extra ``tracing``.

Where it goes, and how (headers, certificates, compression, time limit), the exporter reads from the variables that
OpenTelemetry defines.
"""

from collections.abc import Callable, Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from services.engine.observe.spans import Span

KINDS = {"consumer": SpanKind.CONSUMER, "server": SpanKind.SERVER}
SCOPE = InstrumentationScope("leaseline")


def sender(service: str) -> Callable[[Sequence[Span]], bool]:
    """Sends spans of this service; False: the collector did not take them. May take as long as its time limit."""
    exporter = OTLPSpanExporter()
    resource = Resource.create({"service.name": f"leaseline-{service}"})

    def send(spans: Sequence[Span]) -> bool:
        return exporter.export([_told(span, resource) for span in spans]) is SpanExportResult.SUCCESS

    return send


def _told(span: Span, resource: Resource) -> ReadableSpan:
    return ReadableSpan(
        span.name,
        context=_context(span.trace, remote=False),
        parent=_context(span.above, remote=True) if span.above else None,
        resource=resource,
        attributes=span.attributes,
        links=[Link(_context(each, remote=True)) for each in span.links],
        kind=KINDS[span.kind],
        status=Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
        start_time=span.begun,
        end_time=span.ended,
        instrumentation_scope=SCOPE,
    )


def _context(trace: str, *, remote: bool) -> SpanContext:
    return SpanContext(
        int(trace[3:35], 16), int(trace[36:52], 16), is_remote=remote, trace_flags=TraceFlags(int(trace[53:55], 16))
    )
