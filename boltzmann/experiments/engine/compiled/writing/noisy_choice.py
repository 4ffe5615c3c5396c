"""The choice of the largest of noisy scores, and noise whose law depends on the action."""

from __future__ import annotations

from boltzmann.experiments.engine.compiled.writing.folds import Fold
from boltzmann.experiments.engine.compiled.writing.kernels import UNROLLED, Kernel
from boltzmann.laws import PolicyLaw, log_gamma, noise_of, text_of

PAIR = ("normal", "exponential")
"""The noise of which log odds are made, one of each for both shapes of an action."""


def write_noisy_choice(kernel: Kernel, law: PolicyLaw, fold: Fold, draws: str, actions: str) -> None:
    """Choose an action for each row by its noise, that of a row from index ``draws`` on unless it is log odds."""
    fold.run(law.passes)
    if law.noise == "log odds":
        pairs = [(kind, part) for kind in PAIR for part in (0, 1)]
        numbers = {f"{kind}_{part}": f"{kind}s_of_{actions}[(of_row + a) * 2 + {part}]" for kind, part in pairs}
        _write_noise(kernel, "drawn", **numbers)
        noise = _write_log_odds(kernel, law, fold)
    else:
        _write_noise(kernel, draws, noise="noise_of_actions[of_row + a]")
        noise = kernel.at("noise", "i", "a")
    _write_largest_draw(kernel, law, fold, noise, actions)


def _write_largest_draw(kernel: Kernel, law: PolicyLaw, fold: Fold, noise: str, actions: str) -> None:
    """Take the first action with the largest score for each row; the score reads the action's noise."""
    assert law.weight is not None
    code = kernel.code
    kernel.memory("score", per_action=True)
    kernel.memory("largest_draw")
    kernel.memory(actions, "g")
    score, largest, chosen = kernel.at("score", "i", "a"), kernel.at("largest_draw"), kernel.at(actions)
    # Loops over the floats alone become vector code.
    with kernel.each():
        code.line(f"{score} = {text_of(law.weight(code, fold.action(noise=noise), fold.row()))}")
    with code.under("for i in range(padded):"):
        code.line("largest_here, chosen_here = -np.inf, 0")
        for a in range(kernel.actions if kernel.actions <= UNROLLED else 0):
            code.line(f"score_here = {kernel.at('score', 'i', str(a))}", *_larger(str(a)))
        code.line(f"{largest}, {chosen} = largest_here, chosen_here")
    if kernel.actions > UNROLLED:
        with kernel.each():
            code.line(f"score_here, largest_here, chosen_here = {score}, {largest}, {chosen}", *_larger("a"))
            code.line(f"{largest}, {chosen} = largest_here, chosen_here")


def _larger(action: str) -> tuple[str, str]:
    """Return the lines that choose an action whose score is larger than those before it."""
    return (
        f"chosen_here = {action} if score_here > largest_here else chosen_here",
        "largest_here = max(largest_here, score_here)",
    )


def _write_noise(kernel: Kernel, first: str, **parts: str) -> None:
    """Copy noise into the working memory, since passes over two arrays lose vector code.

    ``parts`` are the texts of each number of action a by name; those of a row begin at the number ``first``.
    """
    code = kernel.code
    for name in parts:
        kernel.memory(name, per_action=True)
    with code.under("for i in range(n):"):
        code.line(f"of_row = ({first} + i) * {kernel.actions}")
        with code.under(f"for a in range({kernel.copied}):"):
            code.line(kernel.slot, *(f"{kernel.at(name, 'i', 'a')} = {text}" for name, text in parts.items()))


def _write_log_odds(kernel: Kernel, law: PolicyLaw, fold: Fold) -> str:
    """Draw log(x / (1 - x)) of a beta law for each action, and return the text of its place.

    A normal and an exponential for each shape are in the working memory.
    """
    assert law.shapes is not None
    code = kernel.code
    for name in ("shape_0", "shape_1", "log_odds", "kept"):
        kernel.memory(name, per_action=True)
    odds, kept = (kernel.at(name, "i", "a") for name in ("log_odds", "kept"))
    shapes, normals, exponentials = (
        [kernel.at(f"{name}_{part}", "i", "a") for part in (0, 1)] for name in ("shape", "normal", "exponential")
    )
    with kernel.each():
        drawn = []
        for part, shape in enumerate(law.shapes(code, fold.action(), fold.row())):
            code.line(f"{shapes[part]} = {text_of(shape)}")
            drawn.append(log_gamma(code, shape, code.read(normals[part]), code.read(exponentials[part])))
        (one, is_kept), (other, is_other_kept) = drawn
        code.line(f"{odds} = {text_of(one - other)}")
        code.line(f"{kept} = {text_of(code.where(is_kept & is_other_kept, 1.0, 0.0))}")
    with kernel.each(rows="n"), code.under(f"if {kept} == 0.0:"):
        code.line(f"{odds} = 0.0")
        with code.under("for part in range(2):"):
            for name, (first, second) in (("shape", shapes), ("normal", normals), ("exponential", exponentials)):
                code.line(f"{name} = {second} if part else {first}")
            code.line("word, searching = first_word(normal, exponential), True")
            with code.under("while searching:"):
                logarithm, is_kept = log_gamma(code, *map(code.read, ("shape", "normal", "exponential")))
                code.line(f"searching, drawn_log = not {text_of(is_kept)}, {text_of(logarithm)}")
                uniforms = ("first_uniform", "second_uniform", "third_uniform")
                code.line(*(f"word, {name} = uniform_after(word)" for name in uniforms))
                code.line(
                    "normal, exponential = {}, {}".format(*map(text_of, noise_of(code, *map(code.read, uniforms))))
                )
            code.line(f"{odds} += -drawn_log if part else drawn_log")
    return odds
