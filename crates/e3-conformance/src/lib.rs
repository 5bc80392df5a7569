//! What it means to be an overlay, run in the lab.
