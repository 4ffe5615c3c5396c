"""Policies inside deep agents."""
