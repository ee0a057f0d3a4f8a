"""Frozen values and pure arithmetic: money, periods, documents, findings. No I/O, no clock, no pandas."""
