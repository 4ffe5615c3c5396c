"""Published numbers beside measured ones: ``python -m benchmarks.literature``."""
