"""A local stand-in for Xero's identity and Accounting API. It is not Xero, and nothing here talks to Xero."""
