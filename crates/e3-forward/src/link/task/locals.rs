//! The program's connections of a link.

use std::{sync::atomic::Ordering, task::Context};

use e3_resume::{Call, Family, ResetWhy, StreamId};

use super::{
    Task,
    local::{Counts, Fate, Local, Socket},
};
use crate::{
    link::Incident,
    place::{self, Accepted},
};

impl Task {
    /// The program has connected to the peer.
    pub(super) fn connect(&mut self, accepted: Accepted) {
        let Accepted {
            port,
            from_port,
            family,
            stream: socket,
            ..
        } = accepted;
        let family = match family {
            place::Family::V4 => Family::V4,
            place::Family::V6 => Family::V6,
        };
        let run = self.rules.run.tag();
        // Small messages are sent at once, or each waits for the acknowledgement of the one before.
        _ = socket.set_nodelay(true);
        let socket = Socket::Open(socket);
        let call = Call {
            port,
            from_port,
            family,
            run,
        };
        let now = self.now();
        if let Some(stream) = self.link.open(call, now) {
            self.locals.push(Local::new(stream, socket, Some(port)));
            return self.count_streams();
        }
        let (called, over) = (port, self.link.over());
        self.shared
            .notice(self.peer, Incident::Uncarried { called, over });
        Local::new(StreamId(0), socket, Some(port)).reset();
    }

    /// Moves all that can be moved; says whether anything was.
    pub(super) fn pump_locals(&mut self, cx: &mut Context<'_>) -> bool {
        let (mut any, mut counts, mut index) = (false, Counts::default(), 0);
        self.count_calls();
        while index < self.locals.len() {
            self.admit(index);
            any |= self.hear_of_call(index, cx);
            let Some(local) = self.locals.get_mut(index) else {
                break;
            };
            match local.pump(&mut self.link, &mut counts, cx) {
                Fate::Lives { moved } => {
                    any |= moved;
                    index += 1;
                }
                Fate::Done => {
                    self.locals.swap_remove(index);
                    self.count_streams();
                    any = true;
                }
                Fate::Broken(why) => {
                    self.break_local(index, why);
                    any = true;
                }
            }
        }
        self.shared.sent.fetch_add(counts.taken, Ordering::Relaxed);
        self.shared
            .received
            .fetch_add(counts.given, Ordering::Relaxed);
        any
    }

    /// Resets a connection at both ends.
    pub(super) fn break_local(&mut self, index: usize, why: ResetWhy) {
        let local = self.locals.swap_remove(index);
        self.link.reset(local.stream, why);
        local.reset();
        self.count_streams();
    }

    /// Resets a connection that the peer has reset.
    pub(super) fn drop_local(&mut self, stream: StreamId) {
        if let Some(index) = self.locals.iter().position(|local| local.stream == stream) {
            self.locals.swap_remove(index).reset();
            self.count_streams();
        }
    }
}
