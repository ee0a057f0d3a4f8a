"""Real POS systems, each filled with trade and taken through the whole main job into a local Xero."""
