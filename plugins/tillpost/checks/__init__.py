"""Rules over facts and documents. What they find is a Finding, never an exception."""
