//! From an e3.toml to a valid environment, with diagnostics that point at the line.
