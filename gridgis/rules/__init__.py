"""Rules as data: measures count, packs say what and how much, one place compares."""
