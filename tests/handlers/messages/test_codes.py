from handlers.messages.codes import SEVERITIES, strongest


def test_the_strongest_of_severities_is_the_worst():
    assert strongest("major", "safety", "normal") == "safety"
    assert strongest("normal", "major") == "major"
    assert strongest() == "normal" == SEVERITIES[0]
