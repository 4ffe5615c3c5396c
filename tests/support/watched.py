"""A page in a browser under watch, and the comparison of what it computes with the library."""

import math

import numpy as np

from boltzmann import Gibbs

HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
DESCRIPTION = "Experiment(\n    (Task('X-v0', (QLearning(Greedy()),), 5),),\n    replicates=1,\n)"
QUANTITIES = ("entropy", "logPartition", "softValue")


class BrowserPage:
    """An open page and a record of everything that it must not do."""

    def __init__(self, browser, address, **context):
        self.context = browser.new_context(**context)
        self.page, self.requests, self.faults = self.context.new_page(), [], []
        self.page.set_default_timeout(20_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.faults.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.page.goto(address)


def agree(computed, wanted, scale=0.0):
    """Equal, or within 1e-12 of the wanted value or of its terms; subnormal numbers have fewer digits."""
    return computed == wanted or abs(computed - wanted) <= max(1e-12 * max(abs(wanted), scale), 1e-320)


def disagreements(answer, values, temperature):
    """Name the quantities where an answer of the page differs from the library."""
    gibbs = Gibbs(values, temperature)
    wrong = [
        f"probability {action} at T = {temperature} of {values}: {p}, {q}"
        for action, (p, q) in enumerate(zip(answer["probabilities"], gibbs.probs, strict=True))
        if p is None or not agree(p, q)
    ]
    peak = max(values) if math.isfinite(max(values)) else 0.0
    shifts = (0.0, 0.0 if temperature in (0.0, math.inf) else abs(peak) / temperature, abs(peak))
    for name, wanted, shift in zip(
        QUANTITIES, (gibbs.entropy, gibbs.log_partition, gibbs.soft_value), shifts, strict=True
    ):
        # Where max Q / T and log(1 + rest) cancel, the sum has the absolute accuracy of its terms.
        if answer[name] is None or not agree(answer[name], float(wanted), shift if math.isfinite(shift) else 0.0):
            wrong.append(f"{name} at T = {temperature} of {values}: {answer[name]}, {wanted}")
    return wrong


def contrast(page, selector):
    """Ratio of the luminances of an element's text and its background, as WCAG 2.2 defines it."""
    colours = page.eval_on_selector(
        selector,
        """(element) => {
          let behind = element;
          while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
          return [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
        }""",
    )
    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    channels = np.array([float(part) for part in colour[4:-1].split(",")]) / 255
    return float(
        np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    )
