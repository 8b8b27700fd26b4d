"""A sheet whose script no longer contacts the bridge."""


def installed(stack):
    stack.install()
    stack.settle()


def silence(stack):
    return stack.get("/status")[0]["silence"]


def test_a_sheet_without_a_script_says_what_to_do(stack):
    assert "choose Bridge → Install" in silence(stack)
    installed(stack)
    assert silence(stack) is None


def test_a_trigger_that_is_gone_is_noticed_after_three_missed_beats(stack):
    installed(stack)
    stack.later(14 * 60)
    assert silence(stack) is None
    stack.later(2 * 60)
    assert "the trigger may be gone: open the sheet and choose Bridge → Install" in silence(stack)
    assert [need["kind"] for need in stack.get("/needs")] == ["silent"]


def test_a_heartbeat_ends_the_silence(stack):
    installed(stack)
    stack.later(200)
    before = stack.get("/status")[0]["heard_at"]
    stack.google.scripts.run("bridgeEveryFiveMinutes", [])
    assert stack.get("/status")[0]["heard_at"] > before
