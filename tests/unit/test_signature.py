"""Each test breaks one thing of a valid request; the reference package agrees with us on every one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from bridge.core.signature import BadSignature, secret_bytes, sign, verify

SECRET = "whsec_" + "A" * 43 + "="
OTHER = "whsec_" + "B" * 43 + "="
NOW = 1_790_000_000


def checked(secrets=(SECRET,), message_id="msg_1", timestamp=str(NOW), body=b"{}", signature=None, now=NOW):
    verify(
        secrets, message_id, timestamp, sign(SECRET, "msg_1", NOW, b"{}") if signature is None else signature, body, now
    )


def test_a_right_signature_passes():
    checked()


def test_either_of_two_secrets_passes_during_rotation():
    checked(secrets=(OTHER, SECRET))


@pytest.mark.parametrize(
    "broken",
    [
        {"secrets": (OTHER,)},
        {"message_id": "msg_2"},
        {"message_id": ""},
        {"timestamp": str(NOW + 1)},
        {"timestamp": "yesterday"},
        {"timestamp": "1" * 400},
        {"timestamp": "١٢٣"},
        {"body": b"{ }"},
        {"signature": ""},
        {"signature": "v1,"},
        {"signature": "v1,é"},
        {"signature": "v2," + sign(SECRET, "msg_1", NOW, b"{}")[3:]},
        {"now": NOW + 301},
        {"now": NOW - 301},
    ],
    ids=str,
)
def test_anything_else_does_not(broken):
    with pytest.raises(BadSignature):
        checked(**broken)


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
