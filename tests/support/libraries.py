"""The array libraries that the core is tested on; those that are not installed are skipped, and CI installs all."""

import importlib

import numpy as np
import pytest


class Library:
    """How to bring NumPy arrays into a library and its arrays back."""

    def __init__(self, name, module, *, jit=False, differentiated=False):
        self.name, self.module, self.jit, self.differentiated = name, module, jit, differentiated

    def __repr__(self):
        return self.name

    @property
    def xp(self):
        pytest.importorskip(self.module.split(".")[0])
        module = importlib.import_module(self.module)
        if self.module.startswith("jax"):
            importlib.import_module("jax").config.update("jax_enable_x64", True)
        return module

    def array(self, values, dtype="float64"):
        if self.name == "numpy":
            return np.asarray(values, dtype=dtype)
        made = self.xp.asarray(values, dtype=getattr(self.xp, dtype))
        return made.requires_grad_() if self.differentiated and made.is_floating_point() else made

    def back(self, array):
        return np.asarray(array.detach() if self.module == "torch" else array)

    def rng(self, seed):
        if self.module == "torch":
            return self.xp.Generator().manual_seed(seed)
        if self.name.startswith("jax"):
            return importlib.import_module("jax").random.key(seed)
        return np.random.default_rng(seed)


NUMPY = Library("numpy", "numpy")
TORCH = Library("torch", "torch")
# Without a derivative NumPy computes instead of PyTorch; with one PyTorch does.
TORCH_GRAD = Library("torch.requires_grad", "torch", differentiated=True)
JAX = Library("jax", "jax.numpy")
JIT = Library("jax.jit", "jax.numpy", jit=True)
STRICT = Library("array-api-strict", "array_api_strict")
LIBRARIES = [NUMPY, TORCH, TORCH_GRAD, JAX, STRICT]
every_library = pytest.mark.parametrize("library", LIBRARIES, ids=repr)
every_differentiating = pytest.mark.parametrize("library", [TORCH, JAX], ids=repr)

VALUES = np.random.default_rng(0).normal(size=(5, 4)).round(3)
TEMPERATURES = np.array([0.0, 1e-3, 0.7, 50.0, np.inf])
WHERE = np.random.default_rng(1).random((5, 4)) < 0.7
WHERE[:, 2] = True
PRIOR = np.array([0.5, 2.0, 0.0, 1.0])
WHERE[:, 1] = True
