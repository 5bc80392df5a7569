//! Carries the connections of unmodified programs over authenticated, resumable links.
