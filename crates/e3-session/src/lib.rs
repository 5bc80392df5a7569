//! The one conversation between a controller and the agents, without a network.
