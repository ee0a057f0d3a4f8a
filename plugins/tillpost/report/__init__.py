"""The validation report that accountants read."""
