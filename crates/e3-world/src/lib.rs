//! Regions and the round-trip times between them: pure data.
