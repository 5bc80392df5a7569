//! What the agent says, on its way to the controller.
//!
//! Two queues lead to one writer. Answers go first, so that a controller can always stop a program that prints
//! without end; pieces of output wait in a short queue, which slows the program down instead of filling memory. The
//! final answer to a run is given only when its pieces are [written](Outbox::flush), so that it never overtakes them.

use std::io;

use e3_session::{
    frame::{FrameError, encode},
    message::{Reply, ToController},
};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
};

/// Answers that may wait.
const ANSWERS: usize = 64;

/// Pieces of output that may wait.
const PIECES: usize = 4;

/// The way to the controller. When the controller has vanished, what is sent is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    answers: mpsc::Sender<ToController>,
    pieces: mpsc::Sender<Piece>,
}

/// The other end of an [`Outbox`], for the writer.
#[derive(Debug)]
pub(crate) struct Posts {
    answers: mpsc::Receiver<ToController>,
    pieces: mpsc::Receiver<Piece>,
}

#[derive(Debug)]
enum Piece {
    Message(Box<ToController>),
    /// Tells when everything before it was written.
    Flush(oneshot::Sender<()>),
}

/// Why nothing more can be said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The controller does not read any more.
    #[error("writing to the controller failed: {0}")]
    Gone(#[from] io::Error),
    /// The agent has made a message that cannot travel.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Both ends.
pub(crate) fn outbox() -> (Outbox, Posts) {
    let (answers, answers_out) = mpsc::channel(ANSWERS);
    let (pieces, pieces_out) = mpsc::channel(PIECES);
    let posts = Posts {
        answers: answers_out,
        pieces: pieces_out,
    };
    (Outbox { answers, pieces }, posts)
}

impl Outbox {
    /// Sends an answer; false when the controller has vanished.
    pub(crate) async fn answer(&self, message: ToController) -> bool {
        self.answers.send(message).await.is_ok()
    }

    /// Sends a piece of an answer when there is room for it.
    pub(crate) async fn piece(&self, re: u32, reply: Reply) {
        let message = Piece::Message(Box::new(ToController { re, reply }));
        // Without a controller, there is nobody to miss it.
        let _ = self.pieces.send(message).await;
    }

    /// Waits until every piece that was sent before is written.
    pub(crate) async fn flush(&self) {
        let (written, wait) = oneshot::channel();
        if self.pieces.send(Piece::Flush(written)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

/// Writes what is sent, until all senders are gone or the controller is.
pub(crate) async fn write<W: AsyncWrite + Unpin>(
    mut posts: Posts,
    mut output: W,
) -> Result<(), WriteError> {
    loop {
        let piece = tokio::select! {
            biased;
            Some(answer) = posts.answers.recv() => Piece::Message(Box::new(answer)),
            Some(piece) = posts.pieces.recv() => piece,
            else => break,
        };
        match piece {
            Piece::Message(message) => {
                output.write_all(&encode(&*message)?).await?;
                if posts.answers.is_empty() && posts.pieces.is_empty() {
                    output.flush().await?;
                }
            }
            Piece::Flush(written) => {
                output.flush().await?;
                // Whoever waited may have been given up.
                let _ = written.send(());
            }
        }
    }
    output.flush().await?;
    output.shutdown().await?;
    Ok(())
}
