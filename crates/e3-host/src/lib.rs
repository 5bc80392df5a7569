//! Providers and hosts: where agents run.
