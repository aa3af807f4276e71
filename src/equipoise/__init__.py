"""Equipoise runs a randomised trial from its protocol."""

__version__ = "0.1.0"
