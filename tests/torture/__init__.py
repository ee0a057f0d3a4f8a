"""The torture suite: random schedules of faults, deaths and two posters, after each of which Xero's books equal the outbox."""
