//! How many bytes get through: from one party to another, one pair after the other, or from all to all at once.

use std::time::{Duration, Instant};

use tokio::{io::AsyncWriteExt as _, task::JoinSet, time::timeout};

use super::{
    ProbeError,
    board::Board,
    frame::{Kind, frame, send_number},
    hear::Event,
    report::Received,
    turns::pairs,
};

/// Bytes of a frame: enough that the frame itself costs nothing.
const PIECE: usize = 128 * 1024;
/// How long after the limit bytes may be under way: a deep queue in front of a slow line.
const LATE: Duration = Duration::from_mins(1);

/// One pair after the other, each for as long as the limit says; what this party received.
pub(super) async fn one_by_one(
    board: &mut Board,
    limit: Duration,
) -> Result<Vec<Received>, ProbeError> {
    let pairs = pairs(board.peers.count());
    let me = board.peers.me;
    let data = data();
    let all = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
    let patience = (limit + LATE).saturating_mul(all.max(1));
    let mine = pairs
        .iter()
        .filter(|(from, to)| *from == me || *to == me)
        .count();
    let mut received = Vec::new();
    let mut done = 0;
    let mut turn = pairs.first().filter(|(from, _)| *from == me).map(|_| 0u32);
    while done < mine {
        if let Some(number) = turn.take()
            && let Some((_, to)) = pairs.get(number as usize)
        {
            flood(board, *to, &data, limit).await?;
            done += 1;
            continue;
        }
        match board.next(patience).await? {
            (_, Event::Token(number)) => turn = Some(number),
            (from, Event::Received { bytes, within }) => {
                received.push(Received::of(from, bytes, within));
                done += 1;
                let at = pairs.iter().position(|pair| *pair == (from, me));
                let next = at.map_or(pairs.len(), |at| at + 1);
                let number = u32::try_from(next).unwrap_or(u32::MAX);
                match pairs.get(next) {
                    Some((sender, _)) if *sender == me => turn = Some(number),
                    Some((sender, _)) => {
                        let writer = board.writer(*sender)?;
                        let party = *sender;
                        send_number(&mut *writer.lock().await, Kind::Token, number)
                            .await
                            .map_err(|cause| ProbeError::Broken { party, cause })?;
                    }
                    None => {}
                }
            }
            _ => {}
        }
    }
    board.barrier(patience).await?;
    Ok(received)
}

/// Everybody to everybody at once, for as long as the limit says; what this party received.
pub(super) async fn all_to_all(
    board: &mut Board,
    limit: Duration,
) -> Result<Vec<Received>, ProbeError> {
    let data = std::sync::Arc::new(data());
    let mut senders = JoinSet::new();
    for party in board.peers.others() {
        let (writer, data) = (board.writer(party)?, std::sync::Arc::clone(&data));
        senders.spawn(async move {
            let sent = pour(&mut *writer.lock().await, &data, limit).await;
            sent.map_err(|cause| ProbeError::Broken { party, cause })
        });
    }
    let expected = board.peers.others().count();
    let mut received = Vec::new();
    while received.len() < expected {
        if let (from, Event::Received { bytes, within }) = board.next(limit + LATE).await? {
            received.push(Received::of(from, bytes, within));
        }
    }
    while let Some(sent) = senders.join_next().await {
        if let Ok(sent) = sent {
            sent?;
        }
    }
    received.sort_by_key(|received| received.from);
    board.barrier(limit + LATE).await?;
    Ok(received)
}

async fn flood(board: &Board, to: u16, data: &[u8], limit: Duration) -> Result<(), ProbeError> {
    let writer = board.writer(to)?;
    let sent = timeout(limit + LATE, async {
        pour(&mut *writer.lock().await, data, limit).await
    });
    match sent.await {
        Ok(sent) => sent.map_err(|cause| ProbeError::Broken { party: to, cause }),
        Err(_) => Err(ProbeError::Silent {
            waited: limit + LATE,
        }),
    }
}

/// Sends until the time is over, then says so.
async fn pour(
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    data: &[u8],
    limit: Duration,
) -> std::io::Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < limit {
        to.write_all(data).await?;
    }
    to.write_all(&frame(Kind::End, &[])).await
}

/// A frame of bytes that nothing on the way can make fewer.
fn data() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let content: Vec<u8> = (0..PIECE / 8)
        .flat_map(|_| {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        })
        .collect();
    frame(Kind::Data, &content)
}
