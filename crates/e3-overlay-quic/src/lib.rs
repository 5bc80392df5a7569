//! Overlay `quic`: streams through NATs, over QUIC or TLS, to peers that the roster names.
