//! Namespaces, TUN, death signals, scheduling: the only home of unsafe code.
