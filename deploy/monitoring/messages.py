"""Alerts about what becomes of messages: dead letters, refusals, what waits."""

from typing import Final

from deploy.monitoring.alert import Alert, Group, Scene
from deploy.monitoring.lanes import LINES, WATCH

OURS: Final = "cannot_be_decided|cannot_be_stored|unreadable_data"
"""Reasons of dead letters that are a defect, or a version too old."""
_OLDEST: Final = "leaseline_oldest_waiting_seconds"
_REFUSED: Final = 'leaseline_refusals_total{service="orders",type="OrderSubmitted",code="sku_unknown"}'
_DONE: Final = 'leaseline_decisions_total{service="orders",type="OrderSubmitted",outcome="done"}'


def _more(series: str, within: str) -> str:
    """Whether a count rose, one included that is there for the first time: it begins with 1, and so never rises."""
    return f"increase({series}[{within}]) > 0 or ({series} unless {series} offset {within})"


def _dead(reasons: str) -> str:
    series = f"leaseline_dead_letters_total{{reason{reasons}}}"
    return f"sum by (service, reason) ({_more(series, '15m')}) > 0"


def _letters(service: str, reason: str) -> str:
    return f'leaseline_dead_letters_total{{service="{service}",reason="{reason}"}}'


def _waits(service: str, what: str) -> str:
    return f'{_OLDEST}{{service="{service}",what="{what}"}}'


def _older(what: str, seconds: int) -> str:
    return f'max by (service) ({_OLDEST}{{what="{what}"}}) > {seconds}'


GROUP: Final = Group(
    "leaseline-messages",
    (
        Alert(
            name="LeaselineMessageGivenUp",
            asks=_dead(f'=~"{OURS}"'),
            holds="0m",
            severity="page",
            summary="{{ $labels.service }} gave up a message that it should have decided: {{ $labels.reason }}",
            means="A defect, or a reader that is older than the writer. Only this message is left out; 20 in a row "
            "stop the service.",
            do="message.dead_letter at error in its log has type, subject, hook and place. Mend or upgrade, then "
            "replay the letter.",
            section=LINES,
            scenes=(
                Scene(
                    {_letters("billing", "unreadable_data"): "_x10 1x20"},
                    "8m",
                    {"service": "billing", "reason": "unreadable_data"},
                ),
                Scene(
                    {_letters("billing", "cannot_be_decided"): "3x10 4x20"},
                    "8m",
                    {"service": "billing", "reason": "cannot_be_decided"},
                ),
                Scene(
                    {_letters("billing", "unreadable_data"): "4x60", _letters("billing", "not_json"): "0+1x60"}, "25m"
                ),
            ),
        ),
        Alert(
            name="LeaselineDeadLetters",
            asks=_dead(f'!~"{OURS}"'),
            holds="0m",
            severity="ticket",
            summary="{{ $labels.service }} got records that nobody can read: {{ $labels.reason }}",
            means="Somebody writes to our topics what is no message, or belongs elsewhere. Nothing else waits for it.",
            do="Read the letters in the topic {{ $labels.service }}.dead-letters: their headers say where each stood. "
            "Its sender must mend it.",
            section=LINES,
            scenes=(
                Scene({_letters("orders", "not_json"): "_x10 1x20"}, "8m", {"service": "orders", "reason": "not_json"}),
                Scene({_letters("orders", "not_json"): "7x60"}, "25m"),
            ),
        ),
        Alert(
            name="LeaselineRefusedInBulk",
            asks="(sum by (service, code) (increase(leaseline_refusals_total[10m])) > 100) and"
            " (sum by (service, code) (increase(leaseline_refusals_total[10m])) > on (service) group_left ()"
            " 0.1 * sum by (service) (increase(leaseline_decisions_total[10m])))",
            holds="5m",
            severity="ticket",
            summary="{{ $labels.service }} refuses in bulk: {{ $labels.code }}",
            means="More than a hundred, and more than every tenth message, were refused for this one reason in ten "
            "minutes: a sender that changed, or a setting.",
            do="request.refused in the log names source, type and field. Each sender has its answer with what to do.",
            section=LINES,
            scenes=(
                Scene(
                    {
                        _REFUSED: "0+10x60",
                        _DONE: "0+40x60",
                    },
                    "25m",
                    {"service": "orders", "code": "sku_unknown"},
                ),
                Scene(
                    {
                        _REFUSED: "0+10x60",
                        _DONE: "0+400x60",
                    },
                    "25m",
                ),
                Scene(
                    {
                        _REFUSED: "0+1x60",
                        _DONE: "0+1x60",
                    },
                    "25m",
                ),
            ),
        ),
        Alert(
            name="LeaselineChangeOpenTooLong",
            asks=_older("change", 1_800),
            holds="5m",
            severity="page",
            summary="A change of an order is open for more than half an hour",
            means="Fulfillment was asked and did not answer: the proposal or its answer lies among the dead letters, "
            "or fulfillment does not run. Changes of this order wait behind it.",
            do="Look into fulfillment.dead-letters and orders.dead-letters for the order, mend, replay. It is proposed "
            "again every few minutes by itself.",
            section=WATCH,
            scenes=(
                Scene({_waits("orders", "change"): "1200+60x40"}, "20m", {"service": "orders"}),
                Scene({_waits("orders", "change"): "0+30x20 0x20", _waits("orders", "request"): "4000x40"}, "15m"),
            ),
        ),
        Alert(
            name="LeaselineOrderHeldTooLong",
            asks=_older("held_order", 172_800),
            holds="15m",
            severity="ticket",
            summary="An order is on hold for more than two days",
            means="A price differs or is missing, and nobody decided. Its scans wait with it.",
            do="Look for orders on hold (GET /orders?hold=any), release or reject each, or send the missing price.",
            section=WATCH,
            scenes=(
                Scene({_waits("orders", "held_order"): "172000+60x60"}, "30m", {"service": "orders"}),
                Scene({_waits("orders", "held_order"): "80000+30x60"}, "30m"),
            ),
        ),
        Alert(
            name="LeaselineRequestWaitsTooLong",
            asks=_older("request", 90_000),
            holds="15m",
            severity="ticket",
            summary="A request waits in {{ $labels.service }} for more than 25 hours",
            means="What comes for nothing is refused after LEASELINE_PARKED_HOURS (24) of the waiting clock: the "
            "clock stood for long, or the setting is a longer one.",
            do="See whether LeaselineClockStandsStill was heard. With another LEASELINE_PARKED_HOURS, set this bound "
            "to an hour more.",
            section=WATCH,
            scenes=(
                Scene({_waits("fulfillment", "request"): "89000+60x60"}, "25m", {"service": "fulfillment"}),
                Scene(
                    {_waits("fulfillment", "request"): "86000+30x60", _waits("orders", "held_order"): "95000x60"}, "30m"
                ),
            ),
        ),
    ),
)
