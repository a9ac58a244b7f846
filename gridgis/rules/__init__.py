"""Rules as data: measures say how to count, packs say what and how much, one place compares."""
