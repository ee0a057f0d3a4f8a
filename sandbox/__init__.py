"""What lets anyone try Tillpost with nothing of their own: demo shops, a real data set and a local Xero."""
