//! What is watched while nebula runs.

use std::sync::Arc;

use rustix::process::Signal;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::host::Host;
use crate::ear::Word;

/// Waits until nebula has ended, its certificate has expired, or somebody was seen who must not be: what is returned tells.
/// In that last case nebula is killed: until its program is stopped, nothing more of it may go to the wrong one.
pub(super) fn supervise(
    tasks: &mut JoinSet<()>,
    host: &Arc<Host>,
    mut words: mpsc::Receiver<Word>,
    expiry: impl Future<Output = String> + Send + 'static,
) -> oneshot::Receiver<String> {
    let ended = host.daemon.end();
    let host = Arc::downgrade(host);
    let (sever, severed) = oneshot::channel();
    tasks.spawn(async move {
        let alarm = async {
            while let Some(word) = words.recv().await {
                if let Word::Alarm(why) = word {
                    if let Some(host) = host.upgrade() {
                        host.daemon.signal(Signal::KILL);
                    }
                    return why;
                }
            }
            std::future::pending().await
        };
        let why = tokio::select! {
            biased;
            why = alarm => why,
            why = ended => why,
            why = expiry => why,
        };
        // Nobody may want to know any more.
        let _ = sever.send(why);
    });
    severed
}
