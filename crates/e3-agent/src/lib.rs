//! Carries out the conversation on a host.
