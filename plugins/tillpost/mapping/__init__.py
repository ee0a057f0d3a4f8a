"""The mapping CSVs that accountants own, read once into values that know their file and line."""
