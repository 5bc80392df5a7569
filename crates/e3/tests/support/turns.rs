//! Tests that measure time run alone; the others may run beside one another.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static TURN: RwLock<()> = RwLock::new(());

/// A test's turn, until it is dropped.
#[derive(Debug)]
pub(crate) enum Turn {
    /// With others.
    Shared(#[allow(dead_code, reason = "held, never read")] RwLockReadGuard<'static, ()>),
    /// With nobody else.
    Alone(#[allow(dead_code, reason = "held, never read")] RwLockWriteGuard<'static, ()>),
}

impl Turn {
    /// With others.
    pub(crate) fn shared() -> Self {
        // A test that failed holds up nobody.
        Self::Shared(TURN.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// With nobody else.
    pub(crate) fn alone() -> Self {
        Self::Alone(TURN.write().unwrap_or_else(PoisonError::into_inner))
    }
}
