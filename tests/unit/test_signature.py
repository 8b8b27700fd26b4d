"""Each test breaks one thing of a valid request; the reference package agrees with us on every one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from bridge.core.signature import BadSignature, Fault, secret_bytes, sign, verify

SECRET = "whsec_" + "A" * 43 + "="
OTHER = "whsec_" + "B" * 43 + "="
NOW = 1_790_000_000


def checked(secrets=(SECRET,), message_id="msg_1", timestamp=str(NOW), body=b"{}", signature=None, now=NOW):
    given = sign(SECRET, "msg_1", NOW, b"{}") if signature is None else signature
    return verify(secrets, message_id, timestamp, given, body, now)


def test_a_right_signature_passes():
    assert checked() is None


def test_either_of_two_secrets_passes_during_rotation():
    assert checked(secrets=(OTHER, SECRET)) is None


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"secrets": (OTHER,)}, Fault.WRONG),
        ({"message_id": "msg_2"}, Fault.WRONG),
        ({"message_id": ""}, Fault.MISSING),
        ({"timestamp": str(NOW + 1)}, Fault.WRONG),
        ({"timestamp": "yesterday"}, Fault.MALFORMED),
        ({"timestamp": "1" * 400}, Fault.MALFORMED),
        ({"timestamp": "١٢٣"}, Fault.MALFORMED),
        ({"body": b"{ }"}, Fault.WRONG),
        ({"signature": ""}, Fault.MISSING),
        ({"signature": "v1,"}, Fault.WRONG),
        ({"signature": "v1,é"}, Fault.WRONG),
        ({"signature": "v2," + sign(SECRET, "msg_1", NOW, b"{}")[3:]}, Fault.WRONG),
        ({"now": NOW + 301}, Fault.TIME),
        ({"now": NOW - 301}, Fault.TIME),
    ],
    ids=str,
)
def test_anything_else_does_not_and_says_which_fault(broken, fault):
    with pytest.raises(BadSignature) as caught:
        checked(**broken)
    assert caught.value.fault is fault


@given(st.binary(), st.text("abc_", min_size=1))
def test_the_reference_package_signs_the_same(body, message_id):
    text = body.decode("latin-1")
    ours = sign(SECRET, message_id, NOW, text.encode())
    assert ours == Webhook(SECRET).sign(message_id, datetime.fromtimestamp(NOW, UTC), text)


def test_the_reference_package_takes_what_we_sign():
    now = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(SECRET, "m", now, b'{"a":1}'),
    }
    assert Webhook(SECRET).verify('{"a":1}', headers) == {"a": 1}


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_short", "secret", "whsec_%%%%"])
def test_a_bad_secret_is_said_at_once(text):
    with pytest.raises(ValueError, match="at least 24 bytes"):
        secret_bytes(text)
