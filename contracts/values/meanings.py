"""What each code says is wrong, in one sentence: told where a rule found nothing closer to name.

The rule's own ``detail`` names what was found; a reader who has only the code still learns what was wrong, beside what
to do about it.
"""

from typing import Final

from contracts.values.refusals import Code

MEANING: Final[dict[Code, str]] = {
    Code.FIELD_REQUIRED: "This field is missing.",
    Code.WRONG_TYPE: "The value is of another type than the documented one.",
    Code.VALUE_INVALID: "The value is none of the documented ones.",
    Code.TEXT_TOO_LONG: "The text or list is longer than its field allows.",
    Code.ID_INVALID: "The id has another length, or other characters, than an id may have.",
    Code.EMAIL_INVALID: "This is no e-mail address.",
    Code.COUNTRY_UNKNOWN: "No country has this code.",
    Code.POSTAL_CODE_INVALID: "This is no postal code of the country.",
    Code.PHONE_INVALID: "This is no phone number.",
    Code.CURRENCY_UNKNOWN: "No currency in use has this code.",
    Code.TERM_UNKNOWN: "There is no such payment term.",
    Code.CONTRACT_LENGTH_INVALID: "There is no contract of this length.",
    Code.QUANTITY_LIMIT: "An item has fewer or more units than it may have.",
    Code.PRICE_INVALID: "The price lies outside of what a price may be.",
    Code.ORDER_TOO_LARGE: "The order has no item, or more items or units than an order may have.",
    Code.TOO_MANY_NOTES: "There are more notes than there may be.",
    Code.ID_REUSED: "Another message came under this id before.",
    Code.SUPERSEDED: "It is older than what is in force.",
    Code.COMPANY_REQUIRED: "A business customer has no company name.",
    Code.TERM_NOT_ALLOWED: "An individual may not have this payment term.",
    Code.GROUP_NOT_ALLOWED: "An individual may not have a billing group.",
    Code.ITEM_ID_DUPLICATE: "Two items of the order have the same id.",
    Code.MIXED_CURRENCY: "A price is in another currency than the order.",
    Code.VARIANT_UNKNOWN: "The catalog has no such SKU.",
    Code.VARIANT_INACTIVE: "The variant is no longer offered.",
    Code.ORDER_CONFLICT: "Another order with this id was placed before.",
    Code.ORDER_NOT_FOUND: "There is no such order.",
    Code.ORDER_NOT_CONFIRMED: "The order is not confirmed.",
    Code.ORDER_ON_HOLD: "A price of the order waits for a decision.",
    Code.ORDER_CANCELLED: "The order is cancelled.",
    Code.ORDER_FULFILLED: "No unit of the order is left open.",
    Code.ORDER_HAS_SUBSCRIPTIONS: "The order has subscriptions.",
    Code.ORDER_EMPTY: "The order would have no item left.",
    Code.NO_SUBSCRIPTION_YET: "The order has no subscription.",
    Code.NOTHING_OPEN: "No unit is open.",
    Code.ITEM_LOCKED: "Units of this item have devices or were given up.",
    Code.VERSION_CONFLICT: "The order does not stand at this version.",
    Code.TOO_MANY_CHANGES: "Too many changes of this order wait.",
    Code.TOO_MANY_PAYERS: "The order changed its payer too often.",
    Code.PRICE_MISSING: "The catalog has no such price.",
    Code.PRICE_MISMATCH: "The quoted price is another one than the catalog's.",
    Code.NOT_ON_HOLD: "Nothing of the order is on hold.",
    Code.PARKING_FULL: "Too much waits for this order.",
    Code.CLOCK_AHEAD: "The tick is ahead of the record's time.",
    Code.SERIAL_INVALID: "This is no serial.",
    Code.TOO_MANY_SERIALS: "There are more serials than one message may have.",
    Code.ITEM_REQUIRED: "Neither the item nor its SKU is named, and the order has several.",
    Code.ITEM_UNKNOWN: "The order has no item of this id or SKU.",
    Code.SKU_MISMATCH: "The device is of another SKU than the item.",
    Code.AMBIGUOUS_ITEM: "Several items of the order have this SKU.",
    Code.ITEM_FULLY_FULFILLED: "No unit of the item is without a device.",
    Code.SERIAL_IN_USE: "The device is active in another subscription.",
    Code.ASSET_NOT_RETURNED: "No return of the device is recorded since its last contract.",
    Code.START_DATE_OUT_OF_RANGE: "The start date lies too far from the day of the scan.",
    Code.ALREADY_DONE: "It is so already.",
    Code.ASSET_UNKNOWN: "No dock announced this device.",
    Code.ASSET_UNAVAILABLE: "The device is withheld.",
    Code.SUBSCRIPTION_UNKNOWN: "There is no such subscription.",
    Code.SERIAL_UNKNOWN: "No subscription has or had this device.",
    Code.SUBSCRIPTION_ENDED: "The contract has ended.",
    Code.SUBSCRIPTION_CANCELLED: "The subscription is cancelled.",
    Code.SUBSCRIPTION_REVERSED: "The scan of this subscription was reversed.",
    Code.DATE_OUT_OF_RANGE: "The day lies outside of what can be asked for.",
    Code.ENDS_BEFORE_MISMATCH: "The contract ends on another day than was said.",
    Code.EXTENSION_TOO_EARLY: "The last month of the contract has not begun.",
    Code.CONTRACT_TOO_LONG: "The contract would have more months than a contract may have.",
    Code.ALREADY_RETURNED: "The device of the subscription came back.",
    Code.NOT_CANCELLED: "The subscription is not cancelled.",
    Code.NOT_RETURNED: "No return is recorded.",
    Code.DEVICE_OUT_AGAIN: "The device went to another subscription.",
    Code.AS_OF_AHEAD: "The as-of date lies in the future.",
    Code.TOO_MANY_RUNS: "Too many runs of this period are under way.",
}
"""A sentence for each code; a test holds that none is left out and none is empty."""


def meant(code: Code, detail: str) -> str:
    """What was wrong: what the rule found, or else what the code says."""
    return detail or MEANING[code]
