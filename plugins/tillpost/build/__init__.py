"""From facts and mapping to postings and from postings to documents: pure functions in integer cents."""
