"""Who issued an invoice, who pays it and where it goes: as it was on its day, and said to be assumed where it is."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.customers import CustomerSnapshot
from contracts.messages.invoices import Invoice, Issuer
from contracts.messages.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.values.places import Address, AddressSnapshot
from services.billing.app import issuer
from services.billing.documents import party
from services.billing.documents.newest import name_of
from services.billing.documents.payer import Payer
from services.billing.service import billing
from services.engine.core.document import replace
from tests.billing.subscriptions import (
    CANAL,
    COOLSINGEL,
    JOHANNES,
    KEIZERSGRACHT,
    POLDER,
    TULIP,
    WINDMILL,
    created,
    invoices,
    lines,
    run,
)
from tests.scene import Scene, only

LYON = AddressSnapshot(street="Rue Mercière 3", city="Lyon", postal_code="69002", country="FR")
HOUSE = Issuer(name="Leaseline Rentals BV", address="Dam 1, Amsterdam", vat_id="NL001234567B01")
TAXED = WINDMILL.model_copy(update={"vat_id": "NL998877665B01", "registration_number": "KvK 12345678"})


def invoiced(scene: Scene, period: str = "2024-05") -> Invoice:
    (invoice,) = invoices(run(scene, period))
    return invoice


def settings(**given: Any) -> PayerSettingsSubmitted:
    who = {} if "customer_id" in given else {"group_id": "tulip"}
    return PayerSettingsSubmitted(actor="Hedy", **{**who, **given})


def test_an_invoice_keeps_who_issued_it_whoever_is_set_later() -> None:
    scene = Scene(billing(issuer=HOUSE))
    scene.hears(created())
    assert invoiced(scene).issuer == HOUSE

    scene.service = billing(issuer=Issuer(name="Somebody else"))
    assert invoiced(scene, "2024-06").issuer == Issuer(name="Somebody else")
    scene.service = billing()
    assert invoiced(scene, "2024-07").issuer is None


def test_a_run_of_several_pages_has_one_issuer_for_one_invoice() -> None:
    scene = Scene(billing(issuer=HOUSE))
    for number in range(1, 120):
        scene.hears(created(f"o{number:03}/1"))
    invoice = invoiced(scene)
    assert (invoice.lines, invoice.issuer) == (119, HOUSE)


@pytest.mark.parametrize(
    ("environment", "meant"),
    [
        ({}, None),
        ({"LEASELINE_ISSUER": " "}, None),
        ({"LEASELINE_ISSUER": " Rentals BV, Dam 1 "}, Issuer(name="Rentals BV, Dam 1")),
        (
            {"LEASELINE_ISSUER": "R", "LEASELINE_ISSUER_ADDRESS": "Dam 1", "LEASELINE_ISSUER_VAT_ID": "NL1"},
            Issuer(name="R", address="Dam 1", vat_id="NL1"),
        ),
    ],
)
def test_the_issuer_is_set_in_the_environment(environment: dict[str, str], meant: Issuer | None) -> None:
    assert issuer(environment) == meant


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LEASELINE_ISSUER_VAT_ID": "NL1"}, "LEASELINE_ISSUER is not set: an address or a VAT id needs"),
        ({"LEASELINE_ISSUER": "x" * 201}, "give up to 200 characters without line ends"),
        ({"LEASELINE_ISSUER": "a\nb"}, "give up to 200 characters without line ends"),
    ],
)
def test_a_setting_that_is_no_issuer_stops_the_service_with_a_sentence(
    environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SystemExit, match=sentence):
        issuer(environment)


def test_a_customer_who_pays_for_itself_has_its_tax_ids_on_its_invoice_as_they_were() -> None:
    scene = Scene(billing())
    alone = "customer:windmill"
    scene.hears(created("o1/1", payers=alone, customer=TAXED))
    invoice = invoiced(scene)
    assert (invoice.payer_vat_id, invoice.payer_registration_number) == ("NL998877665B01", "KvK 12345678")

    scene.hears(settings(customer_id="windmill", vat_id="NL000000000B01"))
    invoice = invoiced(scene, "2024-06")
    assert (invoice.payer_vat_id, invoice.payer_registration_number) == ("NL000000000B01", "KvK 12345678")


def test_a_group_has_the_tax_ids_that_it_was_given_and_none_of_its_members() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", customer=TAXED))
    first = invoiced(scene)
    assert (first.payer_vat_id, first.payer_registration_number) == (None, None)

    fact = only(scene.hears(settings(vat_id="NL1", registration_number="KvK 9")), PayerSettingsChanged)
    assert (fact.vat_id, fact.registration_number) == ("NL1", "KvK 9")
    second = invoiced(scene, "2024-06")
    assert (second.payer_vat_id, second.payer_registration_number) == ("NL1", "KvK 9")

    scene.hears(settings(clear=("vat_id", "registration_number")))
    assert invoiced(scene, "2024-07").payer_vat_id is None


def test_each_line_says_what_tax_depends_on_of_its_customer() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", customer=TAXED))
    scene.hears(created("o2/1", customer=CANAL, address=LYON))
    found = {
        line.customer_id: (line.customer_country, line.customer_vat_id, line.customer_registration_number)
        for line in lines(run(scene, "2024-05"))
    }
    assert found == {"windmill": ("NL", "NL998877665B01", "KvK 12345678"), "canal": ("FR", None, None)}


def test_a_group_without_settings_goes_to_its_first_member_and_stays_there() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", customer=CANAL, address=LYON, minutes=1))
    told = only(
        scene.hears(created("o2/1", customer=WINDMILL, address=KEIZERSGRACHT, minutes=2)), BillingAccountChanged
    )
    assert told.account.address_assumed

    first = invoiced(scene)
    scene.hears(created("o3/1", customer=WINDMILL, address=COOLSINGEL, minutes=3))
    second = invoiced(scene, "2024-06")

    assert [(each.address, each.payer_name, each.address_assumed) for each in (first, second)] == [
        (LYON, "tulip", True)
    ] * 2


def test_the_first_member_is_the_same_in_whatever_order_facts_come() -> None:
    facts = [
        created("o1/1", customer=CANAL, address=LYON, minutes=1),
        created("o2/1", customer=WINDMILL, address=KEIZERSGRACHT, minutes=2),
        created("o3/1", customer=WINDMILL, address=COOLSINGEL, minutes=3),
    ]
    for order in permutations(facts):
        scene = Scene(billing())
        for fact in order:
            scene.hears(fact)
        assert invoiced(scene).address == LYON


def test_who_came_over_from_another_payer_joined_on_that_day() -> None:
    moved: Any = (("customer:canal", None), (TULIP, date(2024, 6, 20)))
    scene = Scene(billing())
    scene.hears(created("o1/1", customer=CANAL, address=LYON, payers=moved, minutes=-60))
    scene.hears(created("o2/1", customer=WINDMILL, address=KEIZERSGRACHT))
    assert scene.document(Payer, TULIP).billing_address(test=False) == party.Address.from_contract(KEIZERSGRACHT)


def test_what_somebody_tries_out_gives_a_real_invoice_no_address() -> None:
    scene = Scene(billing())
    scene.hears(created("t1/1", test=True, address=LYON, minutes=-5))
    scene.hears(created("o1/1", address=COOLSINGEL))
    found = {invoice.test: invoice.address for invoice in invoices(run(scene, "2024-05"))}
    assert found == {True: LYON, False: COOLSINGEL}


def test_a_group_of_before_keeps_the_address_that_it_has() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", address=LYON))
    scene.keep(Payer, TULIP, replace(scene.document(Payer, TULIP), first=None))
    assert scene.document(Payer, TULIP).billing_address(test=False) == party.Address.from_contract(LYON)

    scene.hears(created("o2/1", address=COOLSINGEL, minutes=9))

    assert scene.document(Payer, TULIP).billing_address(test=False) == party.Address.from_contract(LYON)


def test_an_address_that_was_given_is_not_assumed() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    said = scene.hears(settings(address=Address(**dict(COOLSINGEL))))
    assert not only(said, BillingAccountChanged).account.address_assumed
    invoice = invoiced(scene)
    assert (invoice.address, invoice.address_assumed) == (COOLSINGEL, False)


def test_a_customer_who_pays_for_itself_has_the_address_of_its_newest_subscription() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", payers="customer:johannes", customer=JOHANNES, address=LYON))
    scene.hears(created("o2/1", payers="customer:johannes", customer=JOHANNES, address=COOLSINGEL, minutes=9))
    invoice = invoiced(scene)
    assert (invoice.address, invoice.address_assumed) == (COOLSINGEL, False)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "Johannes Vermeer"),
        ({"last_name": ""}, "Johannes"),
        ({"first_name": ""}, "Vermeer"),
        ({"first_name": "", "last_name": ""}, "johannes"),
        ({"first_name": "\u200b", "last_name": "Vermeer"}, "Vermeer"),
        ({"company_name": "\u200b\u3164"}, "Johannes Vermeer"),
        ({"company_name": "Canal Works", "first_name": "", "last_name": ""}, "Canal Works"),
    ],
)
def test_a_payer_with_one_name_or_none_is_called_by_what_there_is(changed: dict[str, str], name: str) -> None:
    customer: CustomerSnapshot = JOHANNES.model_copy(update=changed)
    scene = Scene(billing())
    told = only(scene.hears(created(payers="customer:johannes", customer=customer)), BillingAccountChanged)
    said = run(scene, "2024-05")
    assert told.account.payer_name == name_of(customer) == name
    assert [invoice.payer_name for invoice in invoices(said)] == [line.customer_name for line in lines(said)] == [name]


def test_facts_and_documents_of_before_are_read() -> None:
    before = {
        name: value
        for name, value in invoiced_before().items()
        if name not in ("issuer", "payer_vat_id", "payer_registration_number", "address_assumed")
    }
    read = Invoice.model_validate(before, strict=False)
    assert (read.issuer, read.payer_vat_id, read.address_assumed) == (None, None, False)


def invoiced_before() -> dict[str, Any]:
    scene = Scene(billing())
    scene.hears(created(payers=POLDER))
    return invoiced(scene).model_dump(mode="json")


def test_a_run_dated_before_the_payers_last_invoice_skips_it_and_counts_it() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    scene.hears(created("o2/1", payers=POLDER, minutes=1, start=date(2024, 6, 20)))
    assert [each.payer for each in invoices(run(scene, "2024-05", as_of=date(2024, 9, 28)))] == [TULIP]

    said = run(scene, "2024-06", as_of=date(2024, 7, 2))

    assert [each.payer for each in invoices(said)] == [POLDER]
    counts = said[-1].counts  # type: ignore[attr-defined]  # the run's end
    assert (counts.payers, counts.invoices, counts.issued_later) == (2, 1, 1)
    again = invoices(run(scene, "2024-06", as_of=date(2024, 9, 28)))
    assert [(each.number[-6:], each.issue_date) for each in again] == [("000002", date(2024, 9, 28))]


def test_the_same_day_is_not_before() -> None:
    scene = Scene(billing())
    scene.hears(created())
    for period in ("2024-05", "2024-06"):
        assert len(invoices(run(scene, period, as_of=date(2024, 7, 1)))) == 1


@pytest.mark.parametrize("test", [False, True])
def test_a_payer_of_before_knows_its_last_date_from_its_last_invoice(test: bool) -> None:
    scene = Scene(billing())
    scene.hears(created(test=test))
    run(scene, "2024-05", as_of=date(2024, 9, 28))
    scene.keep(Payer, TULIP, replace(scene.document(Payer, TULIP), last_issued=None))

    assert invoices(run(scene, "2024-06", as_of=date(2024, 7, 2))) == []
    assert len(invoices(run(scene, "2024-06", as_of=date(2024, 9, 29)))) == 1


def test_a_run_that_issued_nothing_moves_no_date() -> None:
    scene = Scene(billing())
    scene.hears(created())
    run(scene, "2024-05")
    scene.hears(created(version=2, state="cancelled", ends_before=date(2024, 6, 1)))
    run(scene, "2024-06", as_of=date(2024, 12, 1))
    scene.hears(created("o2/1", version=3, start=date(2024, 7, 3)))
    assert len(invoices(run(scene, "2024-07", as_of=date(2024, 8, 1)))) == 1


def test_an_invoice_of_nothing_has_no_due_date() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    paid = invoiced(scene)
    scene.hears(created("o1/1", version=2, state="reversed"))
    scene.hears(created("o1/2", version=3, prices=((1, 5000),)))

    nothing = invoiced(scene, "2024-06")

    assert paid.due_date == paid.issue_date + timedelta(days=14)
    assert (nothing.charges, nothing.credited, nothing.total) == (5000, 5000, 0)
    assert (nothing.kind, nothing.due_date) == ("invoice", None)


def test_a_credit_note_and_an_invoice_keep_their_due_date() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    assert invoiced(scene).due_date == date(2024, 6, 15)
    scene.hears(created("o1/1", version=2, state="reversed"))
    note = invoiced(scene, "2024-06")
    assert (note.kind, note.due_date) == ("credit_note", date(2024, 7, 15))
