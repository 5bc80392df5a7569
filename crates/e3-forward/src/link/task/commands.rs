//! What a link's task is asked to do.

use std::task::{Context, Poll};

use e3_resume::ResetWhy;
use e3_session::types::PartyIndex;

use tokio::time::Instant;

use super::{Task, knocks::Knocks, local::Local};
use crate::link::peer::{Command, Rules};

impl Task {
    pub(super) fn take_commands(&mut self, cx: &mut Context<'_>) {
        while let Poll::Ready(command) = self.commands.poll_recv(cx) {
            match command {
                Some(Command::Attach(carrier)) => self.ride(carrier),
                Some(Command::Connect(accepted)) => self.connect(accepted),
                Some(Command::Ping(answer)) => {
                    self.asking.retain(|asking| !asking.is_closed());
                    self.asking.push(answer);
                    let now = self.now();
                    self.link.ping(now);
                }
                Some(Command::Rules(rules)) => self.follow(rules),
                Some(Command::Anew) => self.begin_anew(),
                Some(Command::Renumber(peer)) => self.renumber(peer),
                // Nobody is left who could say so.
                Some(Command::Leave) | None => return self.leave(),
            }
        }
    }

    /// The roster calls the peer something else.
    fn renumber(&mut self, peer: PartyIndex) {
        self.peer = peer;
        // What is being called would be called as from whoever has the index of before.
        for local in &mut self.locals {
            local.hold_again(false);
        }
        self.knocks = Knocks::new(Instant::now());
    }

    fn follow(&mut self, rules: Rules) {
        let before = std::mem::replace(&mut self.rules, rules);
        // Whoever called before the rules were told is held to them, too, as long as no program has heard of it.
        for local in &mut self.locals {
            local.hold_again(false);
        }
        self.knocks = Knocks::new(Instant::now());
        if before.run == rules.run {
            return;
        }
        // Nobody will ever take what was meant for the program that has ended; what peers have opened for the next one
        // waits. What the program had itself, the system ends as it ends those of any process.
        let over = before.run.ended();
        let gone = |local: &Local| local.held_for().is_some_and(|run| over.is_over_for(run));
        while let Some(index) = self.locals.iter().position(gone) {
            self.break_local(index, ResetWhy::RunEnded);
        }
    }

    fn leave(&mut self) {
        self.link.leave();
        let ids: Vec<_> = self.carriers.iter().map(|riding| riding.id).collect();
        self.take_events();
        for id in ids {
            self.end_carrier(id);
        }
        self.leaving = true;
    }
}
