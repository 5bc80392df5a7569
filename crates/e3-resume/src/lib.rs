//! Streams that outlive the connection that carries them: both ends as state machines without a network.
