//! Who a party is: DIDs, keys, introductions.
