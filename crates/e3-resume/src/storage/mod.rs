//! Where bytes wait: in chunks that are used again.

mod chunk;
mod queue;
mod replay;

pub(crate) use chunk::Pool;
pub(crate) use queue::Queue;
pub(crate) use replay::Replay;
