//! The program's connections of a link.

use std::{sync::atomic::Ordering, task::Context};

use e3_resume::{Call, Family, ResetWhy, StreamId};
use tokio::time::Instant;

use super::{
    Task,
    claim::{self, Claim},
    dial::dial,
    local::{Counts, Fate, Local, Socket},
};
use crate::{
    link::{Incident, peer::Run},
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
        if let Some(stream) = self.link.open(call) {
            self.locals.push(Local::new(stream, socket, Some(port)));
            return self.count_streams();
        }
        let (called, over) = (port, self.link.over());
        self.shared
            .notice(self.peer, Incident::Uncarried { called, over });
        Local::new(StreamId(0), socket, Some(port)).reset();
    }

    /// A peer's program has connected to the one here.
    pub(super) fn hold(&mut self, stream: StreamId, call: Call) {
        if call.run == Run::NONE && self.programs.only_within_runs() {
            return self.link.reset(stream, ResetWhy::NoListener);
        }
        let until = Instant::now() + self.settings.patience;
        let socket = Socket::Held {
            call,
            until,
            vouched: false,
        };
        self.locals.push(Local::new(stream, socket, None));
        self.count_streams();
    }

    /// Moves all that can be moved; says whether anything was.
    pub(super) fn pump_locals(&mut self, cx: &mut Context<'_>) -> bool {
        let (mut any, mut counts, mut index) = (false, Counts::default(), 0);
        while index < self.locals.len() {
            self.admit(index);
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

    /// Lets a connection go to the program that was held until now, if it may.
    fn admit(&mut self, index: usize) {
        let Some(local) = self.locals.get_mut(index) else {
            return;
        };
        let Socket::Held {
            call,
            until,
            vouched,
        } = &mut local.socket
        else {
            return;
        };
        if !*vouched {
            match claim::look(self.rules.guard, self.peer, &self.link, local.stream) {
                Claim::Unsaid => return,
                Claim::Right => *vouched = true,
                Claim::Wrong(claimed) => {
                    let what = Incident::Claimed {
                        port: call.port,
                        index: claimed,
                    };
                    self.shared.notice(self.peer, what);
                    return self.break_local(index, ResetWhy::Claim);
                }
            }
        }
        if self.rules.run.is_over_for(call.run) {
            return self.break_local(index, ResetWhy::RunEnded);
        }
        if self.rules.run.takes(call.run) {
            let (call, until) = (*call, *until);
            let wanted = place::Call {
                from: self.peer,
                from_port: call.from_port,
                port: call.port,
                family: match call.family {
                    Family::V4 => place::Family::V4,
                    Family::V6 => place::Family::V6,
                },
            };
            local.socket = Socket::Dialling {
                dialling: dial(self.programs.clone(), wanted, until),
                call,
                until,
            };
        }
    }

    /// Until when the connections are held that are not for the program yet.
    pub(super) fn held_until(&self) -> Option<Instant> {
        self.locals.iter().filter_map(Local::held_until).min()
    }

    pub(super) fn give_up_held(&mut self) {
        let now = Instant::now();
        let late = |local: &Local| local.held_until().is_some_and(|until| until <= now);
        while let Some(index) = self.locals.iter().position(late) {
            self.break_local(index, ResetWhy::NoListener);
        }
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
