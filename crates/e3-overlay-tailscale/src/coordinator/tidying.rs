//! What a coordinator could not be made to forget at once is tried again.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{task::JoinHandle, time::sleep};

use crate::TailscaleError;

/// Between attempts.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// After so many that have failed, the coordinator is out of order.
const ATTEMPTS: u32 = 5;

/// Attempts that go on until one has succeeded, or this is dropped.
#[derive(Debug, Default)]
pub(super) struct Tidying {
    trouble: Arc<Mutex<Option<String>>>,
    trying: Option<JoinHandle<()>>,
}

impl Tidying {
    /// Tries again, and again, with such pauses between.
    pub(super) fn again<Attempt>(
        pause: Duration,
        attempt: impl Fn() -> Attempt + Send + 'static,
    ) -> Self
    where
        Attempt: Future<Output = Result<(), TailscaleError>> + Send + 'static,
    {
        let trouble = Arc::default();
        let tell_trouble = Arc::clone(&trouble);
        let trying = tokio::spawn(async move {
            let mut failed = 1;
            loop {
                sleep(pause).await;
                let Err(error) = attempt().await else {
                    break;
                };
                tell(&error);
                failed += 1;
                if failed >= ATTEMPTS {
                    set(&tell_trouble, Some(error.to_string()));
                }
            }
            set(&tell_trouble, None);
        });
        Self {
            trouble,
            trying: Some(trying),
        }
    }

    /// Why it has not succeeded after a while.
    pub(super) fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tidying {
    fn drop(&mut self) {
        if let Some(trying) = &self.trying {
            trying.abort();
        }
    }
}

fn set(trouble: &Mutex<Option<String>>, to: Option<String>) {
    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = to;
}

/// Says what it means.
pub(super) fn tell(error: &TailscaleError) {
    tracing::warn!(%error, "the coordinator may still know somebody whom the roster does not name; it is tried again");
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const PAUSE: Duration = Duration::from_millis(100);

    /// Fails so often; gives how often it was tried.
    fn failing(times: u32) -> (Tidying, Arc<AtomicU32>) {
        let tried = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&tried);
        let tidying = Tidying::again(PAUSE, move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                if number < times {
                    return Err(TailscaleError::Account("not now".to_owned()));
                }
                Ok(())
            }
        });
        (tidying, tried)
    }

    #[tokio::test]
    async fn what_failed_is_tried_until_it_is_done() {
        let (tidying, tried) = failing(2);
        sleep(PAUSE * 20).await;
        assert_eq!(tried.load(Ordering::SeqCst), 3);
        assert_eq!(tidying.trouble(), None);
    }

    #[tokio::test]
    async fn what_fails_for_long_is_told_until_it_is_done() {
        let (tidying, _) = failing(10);
        sleep(PAUSE * 3).await;
        assert_eq!(tidying.trouble(), None);
        sleep(PAUSE * 3).await;
        assert_eq!(tidying.trouble().as_deref(), Some("not now"));
        sleep(PAUSE * 20).await;
        assert_eq!(tidying.trouble(), None);
    }

    #[tokio::test]
    async fn a_new_roster_ends_attempts_of_the_old() {
        let (tidying, tried) = failing(u32::MAX);
        drop(tidying);
        sleep(PAUSE * 5).await;
        assert_eq!(tried.load(Ordering::SeqCst), 0);
    }
}
