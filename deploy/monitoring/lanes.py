"""Alerts about lanes and the processes that decide them."""

from typing import Final

from deploy.monitoring.alert import Alert, Group, Scene

SERVICES: Final = ("orders", "fulfillment", "billing")
LANES: Final = "3-lanes-and-scaling"
WATCH: Final = "4-what-to-watch"
LINES: Final = "5-what-each-log-line-means"
STOPS: Final = "6-when-a-service-stops-by-itself"

_OLDEST: Final = 'leaseline_oldest_unread_seconds{service="orders",lane="3"}'
_ALL_THERE: Final = {f'leaseline_lanes{{service="{service}"}}': "16x40" for service in SERVICES}
_TICKED: Final = 'leaseline_decisions_total{service="orders",type="ClockTicked",outcome="done"}'

GROUP: Final = Group(
    "leaseline-lanes",
    (
        Alert(
            name="LeaselineLaneStandsStill",
            asks="max by (service, lane) (leaseline_oldest_unread_seconds) > 60",
            holds="2m",
            severity="page",
            summary="Lane {{ $labels.lane }} of {{ $labels.service }} stands still",
            means="Its oldest record was read more than a minute ago and is not decided: everybody whose order, device "
            "or payer is at home in this lane waits.",
            do="Look at the log of the worker that has it: batch.failed and batch.doubt name the reason. If it is "
            "Kafka or MongoDB, LeaselineServerAway is heard too: mend that.",
            section=LINES,
            scenes=(
                Scene({_OLDEST: "0+30x20"}, "6m", {"service": "orders", "lane": "3"}),
                Scene({_OLDEST: "45x20"}, "6m"),
                Scene({_OLDEST: "0 30 60 90 120 0x20"}, "6m"),
            ),
        ),
        Alert(
            name="LeaselineLaneWithoutOwner",
            asks="sum by (service) (leaseline_lanes_held) < max by (service) (leaseline_lanes)",
            holds="2m",
            severity="page",
            summary="{{ $labels.service }} has lanes that nobody decides",
            means="Fewer lanes are in hand than there are. What is said to the others waits in Kafka; nothing is lost.",
            do="Start workers that are missing. If they are all there: lane.not_acquired in their logs says why a lane "
            "cannot be acquired; a service that stopped says what mends it.",
            section=STOPS,
            scenes=(
                Scene(
                    {
                        'leaseline_lanes{service="orders",instance="a"}': "16x20",
                        'leaseline_lanes_held{service="orders",instance="a"}': "8x20",
                        'leaseline_lanes{service="orders",instance="b"}': "16x20",
                        'leaseline_lanes_held{service="orders",instance="b"}': "8 8 8 0x17",
                    },
                    "5m",
                    {"service": "orders"},
                ),
                Scene(
                    {
                        'leaseline_lanes{service="orders",instance="a"}': "16x20",
                        'leaseline_lanes_held{service="orders",instance="a"}': "8 8 0 0 8x17",
                        'leaseline_lanes{service="orders",instance="b"}': "16x20",
                        'leaseline_lanes_held{service="orders",instance="b"}': "8 8 0 0 8x17",
                    },
                    "5m",
                ),
            ),
        ),
        Alert(
            name="LeaselineServiceGone",
            asks=" or ".join(f'absent(leaseline_lanes{{service="{service}"}})' for service in SERVICES),
            holds="2m",
            severity="page",
            summary="No worker of {{ $labels.service }} tells its figures",
            means="None runs, or Prometheus reaches none: nothing of this service may be decided.",
            do="Start it; it says by itself what keeps it from starting. If it runs: LEASELINE_HEALTH_PORT must name "
            "the port that Prometheus asks.",
            section=STOPS,
            scenes=(
                Scene({**_ALL_THERE, 'leaseline_lanes{service="billing"}': "16x2"}, "15m", {"service": "billing"}),
                Scene(_ALL_THERE, "15m"),
            ),
        ),
        Alert(
            name="LeaselineNotReady",
            asks="min by (service, instance) (leaseline_ready) == 0",
            holds="5m",
            severity="page",
            summary="{{ $labels.service }} on {{ $labels.instance }} cannot work",
            means="It starts, it had to stop, or a server that it needs does not answer.",
            do="Ask its /health/ready: it says which. service.stops in its log names what mends it.",
            section=STOPS,
            scenes=(
                Scene(
                    {'leaseline_ready{service="orders",instance="a:9"}': "1 1 0x20"},
                    "8m",
                    {"service": "orders", "instance": "a:9"},
                ),
                Scene({'leaseline_ready{service="orders",instance="a:9"}': "0x6 1x20"}, "8m"),
            ),
        ),
        Alert(
            name="LeaselineProcessGone",
            asks='up{job="leaseline"} == 0',
            holds="5m",
            severity="ticket",
            summary="A process on {{ $labels.instance }} does not answer",
            means="Prometheus asks for its figures and gets none. If others have its lanes, nobody waits.",
            do="Look whether it runs. One that ended for good must leave Prometheus' list.",
            section=WATCH,
            scenes=(
                Scene({'up{job="leaseline",instance="a:9"}': "1 0x20"}, "8m", {"job": "leaseline", "instance": "a:9"}),
                Scene({'up{job="leaseline",instance="a:9"}': "1 0x6 1x20", 'up{job="others"}': "0x30"}, "8m"),
            ),
        ),
        Alert(
            name="LeaselineLanesChangeHands",
            asks="sum by (service) (increase(leaseline_lanes_acquired_total[15m]))"
            " > 10 * max by (service) (leaseline_lanes)",
            holds="5m",
            severity="ticket",
            summary="Lanes of {{ $labels.service }} are acquired again and again",
            means="Each lane changed hands more than ten times in a quarter of an hour: members come and go, or every "
            "batch ends in doubt. Everything takes longer; nothing is lost.",
            do="Look for workers that are killed (memory), and at batch.doubt. A longer LEASELINE_SESSION_SECONDS "
            "helps where machines stall.",
            section=LANES,
            scenes=(
                Scene(
                    {
                        'leaseline_lanes{service="orders"}': "16x60",
                        'leaseline_lanes_acquired_total{service="orders"}': "0+16x60",
                    },
                    "25m",
                    {"service": "orders"},
                ),
                Scene(
                    {
                        'leaseline_lanes{service="orders"}': "16x60",
                        'leaseline_lanes_acquired_total{service="orders"}': "0 16 32 48 64x56",
                    },
                    "25m",
                ),
            ),
        ),
        Alert(
            name="LeaselineBatchesFail",
            asks='sum by (service) (increase(leaseline_batches_failed_total{why="error"}[10m])) > 0',
            holds="0m",
            severity="page",
            summary="Batches of {{ $labels.service }} fail for a reason that is no message's",
            means="A missing right, a full disk, or a defect. The partition waits and tries again; after 20 times in a "
            "row the service stops.",
            do="batch.failed in its log names error, file and line. Mend what it names, or report it.",
            section=LINES,
            scenes=(
                Scene(
                    {'leaseline_batches_failed_total{service="orders",why="error"}': "0 0 1x20"},
                    "5m",
                    {"service": "orders"},
                ),
                Scene(
                    {
                        'leaseline_batches_failed_total{service="orders",why="error"}': "0x20",
                        'leaseline_batches_failed_total{service="orders",why="conflict"}': "0+9x20",
                    },
                    "5m",
                ),
            ),
        ),
        Alert(
            name="LeaselineBatchesInDoubt",
            asks='sum by (service) (increase(leaseline_batches_failed_total{why="doubt"}[10m])) > 20',
            holds="5m",
            severity="ticket",
            summary="Many batches of {{ $labels.service }} end in doubt",
            means="Kafka or MongoDB answers too late or not at all: lanes are acquired anew and batches done again.",
            do="Look at the servers that batch.doubt and server.falters name: load, elections, disks, the network.",
            section=LINES,
            scenes=(
                Scene(
                    {'leaseline_batches_failed_total{service="billing",why="doubt"}': "0+2x60"},
                    "20m",
                    {"service": "billing"},
                ),
                Scene({'leaseline_batches_failed_total{service="billing",why="doubt"}': "0 8x60"}, "8m"),
            ),
        ),
        Alert(
            name="LeaselineClockStandsStill",
            asks='max by (service) (leaseline_lanes{service="orders"}) unless on (service) (sum by (service)'
            ' (increase(leaseline_decisions_total{service="orders",type="ClockTicked"}[5m])) > 0)',
            holds="5m",
            severity="page",
            summary="The waiting clock stands",
            means="No lane of orders was told what time it is: nothing that waits is refused, no contract ends.",
            do="Workers of orders tick by themselves unless LEASELINE_TICK_SECONDS is 0: then whoever does it instead "
            "is missing. A growing installation holds ticks back: run leaseline lanes grow to its end.",
            section=WATCH,
            scenes=(
                Scene(
                    {'leaseline_lanes{service="orders"}': "16x60", _TICKED: "0+8x4 32x60"}, "20m", {"service": "orders"}
                ),
                Scene({'leaseline_lanes{service="orders"}': "16x60", _TICKED: "0+8x60"}, "20m"),
            ),
        ),
    ),
)
