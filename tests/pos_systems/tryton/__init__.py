"""Tryton sale_point on PostgreSQL: filled through Tryton's own objects, compared with the ledger that Tryton posts."""
