"""What became of each request: answered, dead-lettered, waiting, unread, or done by a fact; the rest has vanished."""

from typing import Final

from operations.verify.books import Books

EFFECTS: Final[dict[str, tuple[str, ...]]] = {
    "OrderSubmitted": ("OrderPlaced",),
    "OrderConfirmationRequested": ("OrderConfirmed",),
    "NoteSubmitted": ("NoteAdded",),
    "CustomerGroupChangeRequested": ("CustomerGroupChanged",),
    "VariantSubmitted": ("VariantChanged",),
    "ItemFulfillmentRequested": ("SubscriptionCreated",),
    "OrderAmendmentRequested": ("OrderAmended",),
    "OrderCancellationRequested": ("OrderCancelled",),
    "ShortCloseRequested": ("OrderAmended",),
    "PayerChangeRequested": ("OrderAmended",),
    "HoldReleaseRequested": ("HoldReleased",),
    "HoldRejectionRequested": ("OrderCancelled",),
    "SubscriptionCancellationRequested": ("SubscriptionCancelled",),
    "ExtensionRequested": ("SubscriptionExtended",),
    "SerialCorrectionRequested": ("SerialCorrected",),
    "ReplacementRequested": ("DeviceReplaced",),
    "ReturnSubmitted": ("AssetReturned",),
    "ReturnWithdrawalRequested": ("ReturnWithdrawn",),
    "CancellationWithdrawalRequested": ("CancellationWithdrawn",),
    "ReversalRequested": ("SubscriptionReversed",),
    "ShipmentSubmitted": ("ShipmentTracked",),
    "AssetReceived": ("AssetAnnounced",),
    "AssetCorrectionRequested": ("AssetCorrected",),
    "AssetStateRequested": ("AssetStateChanged",),
    "PayerSettingsSubmitted": ("PayerSettingsChanged",),
    "PayerRepairRequested": ("PayerRepaired",),
    "BillingRunRequested": ("BillingRunCompleted",),
}
"""The facts that are the answer to a request. A type of request that is missing here has none but refusals."""

_BY_ADDRESS: Final = (
    (
        "answered",
        """
        SELECT r.address FROM requests r JOIN said s USING (address)
        WHERE s.kind = 'answer' AND s.service = r.service AND (s.at IS NULL OR s.at >= r.at)
        """,
    ),
    ("dead", "SELECT address FROM dead"),
    ("waiting", "SELECT address FROM waits"),
    ("unread", "SELECT address FROM unread"),
    (
        "unread",  # passed on to its home, and not read there
        """
        SELECT p.address FROM passed p LEFT JOIN checkpoints c USING (service, topic, lane)
        GROUP BY p.address HAVING max(p.at_offset IS NOT NULL AND p.at_offset < coalesce(c.next, 0)) = 0
        """,
    ),
)
_DONE: Final = """
    INSERT INTO fates SELECT address, 'done' FROM (
        SELECT r.address, row_number() OVER (
            PARTITION BY r.service, r.type, r.subject, r.source, r.id ORDER BY r.at, r.at_offset
        ) AS turn
        FROM requests r LEFT JOIN fates f USING (address)
        WHERE f.address IS NULL AND EXISTS (
            SELECT 1 FROM said s JOIN effects e ON e.fact = s.type AND e.request = r.type
            WHERE s.cause_source = r.source AND s.cause_id = r.id AND s.service = r.service
                AND (s.subject = r.subject OR r.subject LIKE 'serial:%')
        ) AND NOT EXISTS (
            SELECT 1 FROM said p JOIN declined d ON d.address = p.address AND d.accepted > 0
            WHERE p.cause_source = r.source AND p.cause_id = r.id AND p.subject = r.subject AND p.service = r.service
        )
    ) WHERE turn = 1
"""
"""Who names only a serial has a fact about the order that holds the device. A fact names its cause by identity, not by
address. So of all records of one identity it accounts for one only; each of the others needs an answer of its own; if a
scan was accepted in part, the facts belong to the record so answered."""


def find_fates(books: Books) -> None:
    """Fills ``fates`` anew. An answer of its own counts before anything else that accounts for a request."""
    books.run("DELETE FROM fates")
    books.run("DELETE FROM effects")
    for request, facts in EFFECTS.items():
        for fact in facts:
            books.add("effects", request, fact)
    for fate, addresses in _BY_ADDRESS:
        books.run(f"INSERT OR IGNORE INTO fates SELECT address, '{fate}' FROM ({addresses})")  # noqa: S608  our own words
    books.run(_DONE)
