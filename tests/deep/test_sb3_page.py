"""The code of docs/deep/sb3.md runs, and does what the page says."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")

from tests.support.page_code import code_of, run_page


def test_a_policy_takes_four_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the page saves a model
    four_lines = code_of("deep/sb3.md").split("\nfrom stable_baselines3")[0]
    assert len([line for line in four_lines.splitlines() if line.strip()]) == 4
    scope = run_page("deep/sb3.md")
    assert scope["reached"] == 400
    assert scope["model"].exploration_step == 500
    # The new schedule began where the model stood: T falls from 1 by 100 of 1000 steps.
    assert scope["anew"](500) == pytest.approx(0.01**0.1)
    mask = scope["taxi"].get_env().reset()["action_mask"]
    assert mask.shape == (1, 6)
    assert scope["taxi"]._masked
    # Three actions at T = 0.2 of the range: the share of others lies between one near action and one far off.
    assert 0 < scope["explored"].count < 0.67 * 400
