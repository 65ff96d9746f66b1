"""Why the business said no: one code for each reason, each with a sentence that tells a person what to do.

Codes are part of the wire format: they are added, never renamed. Whoever sees a code alone must be able to act.
"""

from enum import StrEnum

from contracts.values.model import Model


class Code(StrEnum):
    """Every reason for which a request, or one serial of a scan, is refused."""

    # what is wrong with the data itself
    FIELD_REQUIRED = "field_required"
    WRONG_TYPE = "wrong_type"
    VALUE_INVALID = "value_invalid"
    TEXT_TOO_LONG = "text_too_long"
    ID_INVALID = "id_invalid"
    EMAIL_INVALID = "email_invalid"
    COUNTRY_UNKNOWN = "country_unknown"
    POSTAL_CODE_INVALID = "postal_code_invalid"
    PHONE_INVALID = "phone_invalid"
    CURRENCY_UNKNOWN = "currency_unknown"
    TERM_UNKNOWN = "term_unknown"
    CONTRACT_LENGTH_INVALID = "contract_length_invalid"
    QUANTITY_LIMIT = "quantity_limit"
    PRICE_INVALID = "price_invalid"
    ORDER_TOO_LARGE = "order_too_large"
    TOO_MANY_NOTES = "too_many_notes"
    # identity
    ID_REUSED = "id_reused"
    SUPERSEDED = "superseded"
    # orders
    COMPANY_REQUIRED = "company_required"
    TERM_NOT_ALLOWED = "term_not_allowed"
    GROUP_NOT_ALLOWED = "group_not_allowed"
    ITEM_ID_DUPLICATE = "item_id_duplicate"
    MIXED_CURRENCY = "mixed_currency"
    VARIANT_UNKNOWN = "variant_unknown"
    VARIANT_INACTIVE = "variant_inactive"
    ORDER_CONFLICT = "order_conflict"
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_NOT_CONFIRMED = "order_not_confirmed"
    ORDER_ON_HOLD = "order_on_hold"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_FULFILLED = "order_fulfilled"
    ORDER_HAS_SUBSCRIPTIONS = "order_has_subscriptions"
    ORDER_EMPTY = "order_empty"
    NO_SUBSCRIPTION_YET = "no_subscription_yet"
    NOTHING_OPEN = "nothing_open"
    ITEM_LOCKED = "item_locked"
    VERSION_CONFLICT = "version_conflict"
    TOO_MANY_CHANGES = "too_many_changes"
    TOO_MANY_PAYERS = "too_many_payers"
    PRICE_MISSING = "price_missing"
    PRICE_MISMATCH = "price_mismatch"
    NOT_ON_HOLD = "not_on_hold"
    PARKING_FULL = "parking_full"
    CLOCK_AHEAD = "clock_ahead"
    # scans
    SERIAL_INVALID = "serial_invalid"
    TOO_MANY_SERIALS = "too_many_serials"
    ITEM_REQUIRED = "item_required"
    ITEM_UNKNOWN = "item_unknown"
    SKU_MISMATCH = "sku_mismatch"
    AMBIGUOUS_ITEM = "ambiguous_item"
    ITEM_FULLY_FULFILLED = "item_fully_fulfilled"
    SERIAL_IN_USE = "serial_in_use"
    ASSET_NOT_RETURNED = "asset_not_returned"
    START_DATE_OUT_OF_RANGE = "start_date_out_of_range"
    ALREADY_DONE = "already_done"
    ASSET_UNKNOWN = "asset_unknown"
    ASSET_UNAVAILABLE = "asset_unavailable"
    # the life of a subscription
    SUBSCRIPTION_UNKNOWN = "subscription_unknown"
    SERIAL_UNKNOWN = "serial_unknown"
    SUBSCRIPTION_ENDED = "subscription_ended"
    SUBSCRIPTION_CANCELLED = "subscription_cancelled"
    SUBSCRIPTION_REVERSED = "subscription_reversed"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    ENDS_BEFORE_MISMATCH = "ends_before_mismatch"
    EXTENSION_TOO_EARLY = "extension_too_early"
    CONTRACT_TOO_LONG = "contract_too_long"
    ALREADY_RETURNED = "already_returned"
    NOT_CANCELLED = "not_cancelled"
    NOT_RETURNED = "not_returned"
    DEVICE_OUT_AGAIN = "device_out_again"
    # billing
    AS_OF_AHEAD = "as_of_ahead"
    TOO_MANY_RUNS = "too_many_runs"


WHAT_TO_DO: dict[Code, str] = {
    Code.FIELD_REQUIRED: "Send the request again with this field filled in.",
    Code.WRONG_TYPE: "Send the request again with a value of the documented type in this field.",
    Code.VALUE_INVALID: "Send the request again with one of the documented values in this field.",
    Code.TEXT_TOO_LONG: "Shorten the text of this field and send the request again.",
    Code.ID_INVALID: "Use 1 to 64 of the characters A-Z a-z 0-9 . _ - in this id.",
    Code.EMAIL_INVALID: "Correct the e-mail address: one @, a dot in the domain, at most 254 characters.",
    Code.COUNTRY_UNKNOWN: "Use the two-letter ISO 3166-1 code of the country (for the United Kingdom: GB).",
    Code.POSTAL_CODE_INVALID: "Give a postal code of 1 to 16 characters; it may be empty only where there is none.",
    Code.PHONE_INVALID: "Give a phone number of 1 to 40 characters, or leave it out.",
    Code.CURRENCY_UNKNOWN: "Use a currency code of ISO 4217.",
    Code.TERM_UNKNOWN: "Use one of the payment terms net_7, net_14 and net_30, or leave it out.",
    Code.CONTRACT_LENGTH_INVALID: "Use a contract length of 6, 12, 24 or 36 months.",
    Code.QUANTITY_LIMIT: "Order 1 to 500 units of an item; split what is really more into several items.",
    Code.PRICE_INVALID: "Give the price in whole minor units, from 1 to 10,000,000,000, with its currency.",
    Code.ORDER_TOO_LARGE: "Order 1 to 200 items and at most 2,000 units; split what is more into several orders.",
    Code.TOO_MANY_NOTES: "Send at most 10 notes with an order; an order or a customer holds at most 500.",
    Code.ID_REUSED: "This message id was used for another message before: send the request again under a new id.",
    Code.SUPERSEDED: "A newer setting is in force; nothing is to be done unless this one was meant to replace it.",
    Code.COMPANY_REQUIRED: "Give the company's name of the business customer.",
    Code.TERM_NOT_ALLOWED: "An individual pays at once: leave the payment term out or order as a business.",
    Code.GROUP_NOT_ALLOWED: "An individual has no billing group: leave it out or order as a business.",
    Code.ITEM_ID_DUPLICATE: "Give each item of the order an id of its own.",
    Code.MIXED_CURRENCY: "Quote all prices in the currency of the order.",
    Code.VARIANT_UNKNOWN: "Check the SKU; submit the variant to the catalog first if it is new.",
    Code.VARIANT_INACTIVE: "This variant is no longer offered: choose another one, or activate it in the catalog.",
    Code.ORDER_CONFLICT: "An order with this id exists with other content and stands: amend it, or use a new order id.",
    Code.ORDER_NOT_FOUND: "Check the order id; the order did not arrive in time. Put the box back to stock.",
    Code.ORDER_NOT_CONFIRMED: "The order was not confirmed in time: have it confirmed, then scan the device again.",
    Code.ORDER_ON_HOLD: "The order waits for a price or for a decision about a price: settle this first.",
    Code.ORDER_CANCELLED: "The order was cancelled: nothing more can be done with it. Put the box back to stock.",
    Code.ORDER_FULFILLED: "All units have a device or were given up: place a new order for more.",
    Code.ORDER_HAS_SUBSCRIPTIONS: "Units of the order have devices: cancel its subscriptions, or its remaining units.",
    Code.ORDER_EMPTY: "The last item cannot be removed: cancel the order instead.",
    Code.NO_SUBSCRIPTION_YET: "No unit of the order has a device yet: cancel the order instead.",
    Code.NOTHING_OPEN: "No unit is open any more: nothing is to be done.",
    Code.ITEM_LOCKED: "Units of this item have devices or were given up: close the rest, and add a new item for more.",
    Code.VERSION_CONFLICT: "The order was changed meanwhile: look at it again, then ask again with its version.",
    Code.TOO_MANY_CHANGES: "Eight changes of this order wait already: wait for their answers, then ask again.",
    Code.TOO_MANY_PAYERS: "The subscriptions of this order changed payer 100 times: place a new order for another one.",
    Code.PRICE_MISSING: "The catalog has no price for this length and currency: submit one first.",
    Code.PRICE_MISMATCH: "The quoted price is not the catalog's: quote today's price, or none.",
    Code.NOT_ON_HOLD: "Nothing of the order waits for a decision about a price: nothing is to be done.",
    Code.PARKING_FULL: "Too much waits for this order already: send the order first, then this request again.",
    Code.CLOCK_AHEAD: "The tick lies more than 5 minutes ahead of the record: set the sender's clock.",
    Code.SERIAL_INVALID: "Scan one label, the one with the serial: 1 to 64 printable characters, no two in one field.",
    Code.TOO_MANY_SERIALS: "Send at most 500 serials in one message.",
    Code.ITEM_REQUIRED: "Name the item or the SKU of the scanned device.",
    Code.ITEM_UNKNOWN: "The order has no such item: check the order id and the item or SKU.",
    Code.SKU_MISMATCH: "This device is not what the item asks for: take one of the item's SKU.",
    Code.AMBIGUOUS_ITEM: "Several items of this SKU differ in length or price: name the item.",
    Code.ITEM_FULLY_FULFILLED: "All units of the item have a device: put the box back to stock.",
    Code.SERIAL_IN_USE: "This device is active in another subscription: check the label, and that order.",
    Code.ASSET_NOT_RETURNED: "The device's last contract ended without a recorded return: record it, then scan again.",
    Code.START_DATE_OUT_OF_RANGE: "Use a start date from 90 days before to 365 days after the scan.",
    Code.ALREADY_DONE: "Nothing: it is so already, by an earlier scan, request or announcement.",
    Code.ASSET_UNKNOWN: "This device was never announced: check the label, or have its arrival recorded first.",
    Code.ASSET_UNAVAILABLE: "This device is withheld: put it aside, take another one, or have it released by a person.",
    Code.SUBSCRIPTION_UNKNOWN: "There is no such subscription: check the order id and its number.",
    Code.SERIAL_UNKNOWN: "No order has or had this device: check the label, or name the subscription.",
    Code.SUBSCRIPTION_ENDED: "The contract has ended: nothing more can be asked of it but an extension.",
    Code.SUBSCRIPTION_CANCELLED: "It is cancelled, or will be: before its last day this can be moved, or withdrawn.",
    Code.SUBSCRIPTION_REVERSED: "The scan was reversed: the subscription never was. Scan a device again.",
    Code.DATE_OUT_OF_RANGE: "Use a day from that of the message on, before the contract ends.",
    Code.ENDS_BEFORE_MISMATCH: "The contract ends on another day, perhaps it was extended: look, then ask again.",
    Code.EXTENSION_TOO_EARLY: "A contract can be extended from its last contract month on: ask again then.",
    Code.CONTRACT_TOO_LONG: "A contract has at most 1,200 months: place a new order.",
    Code.ALREADY_RETURNED: "The device came back already: place a new order for another one.",
    Code.NOT_CANCELLED: "The subscription was never cancelled: nothing is to be withdrawn.",
    Code.NOT_RETURNED: "No return of this device is recorded: check the label and the subscription.",
    Code.DEVICE_OUT_AGAIN: "The device went to another subscription since: have that one corrected first.",
    Code.AS_OF_AHEAD: "The as-of date lies more than a day ahead: send the run on its day.",
    Code.TOO_MANY_RUNS: "Eight runs of this period are under way: wait for their ends, then ask again.",
}


class Refusal(Model):
    """One reason, and where it lies.

    ``field`` is the path in ``data`` (``items.0.sku``), empty when the whole request is meant. ``detail`` names
    what was found, never more of the content than that. ``what_to_do`` is the code's sentence.
    """

    code: Code
    field: str = ""
    detail: str = ""
    what_to_do: str = ""


def refusal(code: Code, field: str = "", detail: str = "") -> Refusal:
    """A refusal with the sentence that belongs to its code."""
    return Refusal(code=code, field=field, detail=detail, what_to_do=WHAT_TO_DO[code])
