"""The code of docs/deep/sb3.md runs, and does what the page says."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")

from tests.support.page_code import code_of, run_page


def test_a_policy_takes_five_lines():
    five_lines = code_of("deep/sb3.md").split("\nfrom stable_baselines3")[0]
    assert len([line for line in five_lines.splitlines() if line.strip()]) == 4
    scope = run_page("deep/sb3.md")
    assert scope["model"].exploration_step >= 400
    # Three actions at T = 0.2 of the range: the share of others lies between one near action and one far off.
    assert 0 < scope["explored"].count < 0.67 * 500
