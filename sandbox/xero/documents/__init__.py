"""The documents of the local Xero: each module checks, books and shows one kind."""
