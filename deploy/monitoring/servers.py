"""Alerts about Kafka and MongoDB, as the services see them."""

from typing import Final

from deploy.monitoring.alert import Alert, Group, Scene
from deploy.monitoring.lanes import LINES

GROUP: Final = Group(
    "leaseline-servers",
    (
        Alert(
            name="LeaselineServerAway",
            asks="max by (service, server) (leaseline_server_away) == 1",
            holds="1m",
            severity="page",
            summary="{{ $labels.server }} does not answer {{ $labels.service }}",
            means="A worker asks it every second and hears nothing. Nothing is decided meanwhile, nothing is lost.",
            do="Look at the server and the way to it. Workers go on by themselves when it is back.",
            section=LINES,
            scenes=(
                Scene(
                    {'leaseline_server_away{service="orders",server="Kafka"}': "0 1x20"},
                    "4m",
                    {"service": "orders", "server": "Kafka"},
                ),
                Scene({'leaseline_server_away{service="orders",server="Kafka"}': "0 1 0 1 0x20"}, "4m"),
            ),
        ),
    ),
)
