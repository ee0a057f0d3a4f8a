"""Tillpost: from the tills to the ledger, proved, exactly once."""
