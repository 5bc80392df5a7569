//! Which of a peer's connections go to the program, and when.

use std::{io, task::Context};

use e3_resume::{Call, Family, ResetWhy, StreamId};
use tokio::time::Instant;

use super::{
    Task,
    claim::{self, Claim},
    dial::dial,
    local::{Local, Socket},
};
use crate::{
    link::{Incident, peer::Run},
    place,
};

impl Task {
    /// A peer's program has connected to the one here.
    pub(super) fn hold(&mut self, stream: StreamId, call: Call) {
        if call.run == Run::NONE && self.programs.only_within_runs() {
            return self.link.reset(stream, ResetWhy::NoListener);
        }
        let peers = self.locals.iter().filter(|local| local.called.is_none());
        if peers.count() >= self.shared.share.of_each() {
            return self.link.reset(stream, ResetWhy::TooMany);
        }
        let until = Instant::now() + self.settings.outage;
        let socket = Socket::Held {
            call,
            until,
            vouched: false,
        };
        self.locals.push(Local::new(stream, socket, None));
        self.count_streams();
    }

    /// Counts the calls of the program that are under way, before any is begun.
    pub(super) fn count_calls(&mut self) {
        let calls = self.locals.iter();
        self.under_way = calls.filter(|local| local.is_dialling()).count();
    }

    /// Lets a connection go to the program that was held until now, if it may.
    pub(super) fn admit(&mut self, index: usize) {
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
        let takes = self.rules.run.takes(call.run);
        if takes && self.knocks.may(call.port, self.under_way, Instant::now()) {
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
                dialling: dial(self.programs.clone(), wanted),
                call,
                until,
            };
            self.under_way += 1;
        }
    }

    /// Hears whether the program has taken a call; says whether it did, or did not.
    pub(super) fn hear_of_call(&mut self, index: usize, cx: &mut Context<'_>) -> bool {
        let Some((port, outcome)) = self
            .locals
            .get_mut(index)
            .and_then(|local| local.dialled(cx))
        else {
            return false;
        };
        match outcome {
            Ok(()) => self.knocks.answered(port),
            // Programs of one run do not begin at the same moment, and their callers were told already that they are
            // connected. Others have their turn first.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.knocks.in_vain(port);
                let mut local = self.locals.remove(index);
                local.hold_again(true);
                self.locals.push(local);
            }
            Err(error) => {
                tracing::debug!(peer = %self.peer, "port {port} of the program cannot be reached: {error}");
                self.break_local(index, ResetWhy::Unreachable);
            }
        }
        true
    }

    /// When something is to be done for the connections that are not for the program yet.
    pub(super) fn held_until(&self) -> Option<Instant> {
        let late = self.locals.iter().filter_map(Local::held_until).min();
        [late, self.knocks.next()].into_iter().flatten().min()
    }

    /// Gives up those that have waited for too long, and lets others try again.
    pub(super) fn give_up_held(&mut self) {
        let now = Instant::now();
        let late = |local: &Local| local.held_until().is_some_and(|until| until <= now);
        while let Some(index) = self.locals.iter().position(late) {
            self.break_local(index, ResetWhy::NoListener);
        }
        self.knocks.round(now);
    }
}
