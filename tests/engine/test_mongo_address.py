"""An address that asks for weaker reads or writes than the services stand on is refused with a sentence."""

import pytest

from installation.addresses import named_mongo
from installation.errors import WrongAddress
from services.engine.adapters.mongo_address import weakness
from services.engine.adapters.mongo_store import MongoStore
from services.engine.core.faults import Stop
from tests.engine.simulation.tally import SERVICE

WEAKER = [
    "readPreference=secondary",
    "readPreference=secondaryPreferred",
    "readPreference=nearest",
    "readpreference=PrimaryPreferred",
    "w=1",
    "w=0",
    "w=2",
    "W=rackAware",
    "readConcernLevel=local",
    "readConcernLevel=available",
    "journal=false",
    "j=FALSE",
    "readPreferenceTags=dc:ny",
    "maxStalenessSeconds=90",
]
AS_STRONG = [
    "",
    "w=majority",
    "readPreference=primary",
    "readConcernLevel=majority",
    "journal=true",
    "retryWrites=true",
]


@pytest.mark.parametrize("option", WEAKER)
def test_a_weaker_option_is_refused_and_named_without_the_password(option: str) -> None:
    uri = f"mongodb://ada:secret@127.0.0.1:1,127.0.0.1:2/?replicaSet=rs0&{option}"
    with pytest.raises(Stop) as stopped:
        MongoStore(uri, "x", SERVICE)
    assert option in str(stopped.value)
    assert f"Leave {option.split('=', maxsplit=1)[0]} out of the address" in str(stopped.value)
    assert "secret" not in str(stopped.value)


@pytest.mark.parametrize("option", WEAKER)
def test_the_command_line_refuses_it_too(option: str) -> None:
    with pytest.raises(WrongAddress, match=r"Leave .* out of the address"):
        named_mongo({"LEASELINE_MONGO": f"mongodb+srv://cluster.example/?{option}"})


@pytest.mark.parametrize("option", AS_STRONG)
def test_what_the_services_ask_for_anyway_may_stand_there(option: str) -> None:
    assert weakness(f"mongodb://127.0.0.1:1/?replicaSet=rs0&{option}") is None
    assert weakness(f"mongodb+srv://cluster.example/leaseline?{option}") is None


async def test_the_store_reads_from_the_primary_and_writes_by_a_majority_whatever_the_driver_s_defaults_are() -> None:
    store = MongoStore("mongodb://127.0.0.1:1/?replicaSet=rs0", "x", SERVICE)
    database = store._database
    assert database.read_preference.mongos_mode == "primary"
    assert database.read_concern.level == "majority"
    assert database.write_concern.document == {"w": "majority"}
    await store.close()
