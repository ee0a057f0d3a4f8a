"""Everything that talks to Xero: client, tokens, quota, posting, pulling, reference data."""
