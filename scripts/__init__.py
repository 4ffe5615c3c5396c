"""What people run: ``python -m scripts.NAME``."""
