"""Large action sets."""
