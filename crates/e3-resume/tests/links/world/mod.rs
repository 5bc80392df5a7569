//! Two links, and carriers between them that do whatever carriers can do.

#![allow(clippy::unwrap_used)] // a test's own model may fail

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

mod carriers;
mod ends;
mod programs;

use e3_resume::{CarrierId, Event, Incarnation, Link, ResetWhy, Role, Settings, StreamId};

/// One of the two: the leader is 0, the follower 1.
pub(crate) type Side = usize;

/// Something that happens. Numbers name one of what there is, whatever they are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A carrier comes into being, which neither end has noticed.
    Connect { rank: u8 },
    /// An end takes it.
    Accept { wire: u8, side: bool },
    /// An end gives bytes to a carrier.
    Send { wire: u8, side: bool, count: u16 },
    /// They arrive.
    Arrive { wire: u8, side: bool, count: u16 },
    /// Nothing more goes into a carrier; what is in it may still arrive, or not.
    Cut { wire: u8, lose: bool },
    /// An end notices.
    Notice { wire: u8, side: bool },
    /// Somebody says again to an end, on a carrier of its own, all that it was ever told on this one.
    Repeat { wire: u8, side: bool, rank: u8 },
    /// Time passes.
    Wait { millis: u16 },
    /// A program connects.
    Open { side: bool },
    /// A program writes.
    Write { side: bool, stream: u8, count: u16 },
    /// A program reads.
    Take { side: bool, stream: u8, count: u16 },
    /// A program has said all.
    Finish { side: bool, stream: u8 },
    /// A program gives up.
    Reset { side: bool, stream: u8 },
    /// An end forgets everything.
    Restart { side: bool },
}

/// What is known of one direction of a stream.
#[derive(Debug, Default, Clone, Copy)]
struct Flow {
    written: usize,
    finished: bool,
    read: usize,
}

/// A carrier, from the outside.
#[derive(Debug, Default)]
struct Wire {
    rank: u8,
    ends: [Option<CarrierId>; 2],
    gone: [bool; 2],
    /// What is on its way to each end, and all that ever arrived there.
    on_its_way: [VecDeque<u8>; 2],
    arrived: [Vec<u8>; 2],
    cut: bool,
    /// Whether an end of it is gone that was restarted.
    orphaned: bool,
}

/// Two links and what is between them.
pub(crate) struct World {
    pub(super) links: [Link; 2],
    pub(super) now: Duration,
    wires: Vec<Wire>,
    /// By the stream, what each side has written.
    flows: BTreeMap<StreamId, [Flow; 2]>,
    /// How much of what arrives is taken at once.
    appetite: usize,
    lives: u8,
    /// Whether each has agreed on the other.
    settled: [bool; 2],
    /// Whether each will find out that the other is gone.
    doomed: [bool; 2],
    settings: fn(&mut Settings),
}

impl World {
    pub(crate) fn new(settings: fn(&mut Settings)) -> Self {
        let now = Duration::from_secs(1);
        Self {
            links: [fresh(0, 1, settings, now), fresh(1, 2, settings, now)],
            now,
            wires: Vec::new(),
            flows: BTreeMap::new(),
            appetite: 0,
            lives: 2,
            settled: [false; 2],
            doomed: [false; 2],
            settings,
        }
    }

    pub(crate) fn step(&mut self, step: Step) {
        match step {
            Step::Connect { rank } if self.wires.len() < 200 => self.wires.push(Wire {
                rank,
                ..Wire::default()
            }),
            Step::Connect { .. } => {}
            Step::Accept { wire, side } => {
                self.on(wire, |world, wire| world.accept(wire, side.into()));
            }
            Step::Send { wire, side, count } => {
                self.on(wire, |world, wire| {
                    _ = world.send(wire, side.into(), count.into());
                });
            }
            Step::Arrive { wire, side, count } => {
                self.on(wire, |world, wire| {
                    _ = world.arrive(wire, side.into(), count.into());
                });
            }
            Step::Cut { wire, lose } => self.on(wire, |world, wire| {
                let wire = &mut world.wires[wire];
                wire.cut = true;
                if lose {
                    wire.on_its_way.iter_mut().for_each(VecDeque::clear);
                }
            }),
            Step::Notice { wire, side } => self.on(wire, |world, wire| {
                if world.wires[wire].cut {
                    world.end(wire, side.into());
                }
            }),
            Step::Repeat { wire, side, rank } => {
                self.on(wire, |world, wire| world.repeat(wire, side.into(), rank));
            }
            Step::Wait { millis } => {
                self.now += Duration::from_millis(millis.into());
                self.tick();
            }
            Step::Open { side } => self.open(side.into()),
            Step::Write {
                side,
                stream,
                count,
            } => self.with_stream(stream, |world, stream| {
                world.write(side.into(), stream, count.into());
            }),
            Step::Take {
                side,
                stream,
                count,
            } => self.with_stream(stream, |world, stream| {
                world.take(side.into(), stream, count.into());
            }),
            Step::Finish { side, stream } => self.with_stream(stream, |world, stream| {
                world.finish(side.into(), stream);
            }),
            Step::Reset { side, stream } => self.with_stream(stream, |world, stream| {
                if world.knows(side.into(), stream) {
                    world.links[usize::from(side)].reset(stream, ResetWhy::Program);
                    world.flows.remove(&stream);
                }
            }),
            Step::Restart { side } => self.restart(side.into()),
        }
        self.handle_events();
    }

    fn on(&mut self, wire: u8, act: impl FnOnce(&mut Self, usize)) {
        let all: Vec<usize> = (0..self.wires.len()).rev().take(6).collect();
        if let Some(wire) = pick(&all, wire) {
            act(self, wire);
        }
    }

    fn with_stream(&mut self, stream: u8, act: impl FnOnce(&mut Self, StreamId)) {
        let all: Vec<StreamId> = self.flows.keys().copied().collect();
        if let Some(stream) = pick(&all, stream) {
            act(self, stream);
        }
    }

    fn tick(&mut self) {
        for link in &mut self.links {
            if link.deadline().is_some_and(|at| at <= self.now) {
                link.tick(self.now);
            }
            assert!(
                link.deadline().is_none_or(|at| at > self.now),
                "a link wants to be called for ever"
            );
        }
        self.handle_events();
    }

    fn handle_events(&mut self) {
        for side in [0, 1] {
            while self.links[side].readable().is_some() {}
            while let Some(event) = self.links[side].event() {
                match event {
                    Event::Attached(carrier) => {
                        self.settled[side] = true;
                        // It may have agreed on one that was gone by then.
                        self.doomed[side] |= self.wires.iter().any(|wire| {
                            wire.orphaned && !wire.gone[side] && wire.ends[side] == Some(carrier)
                        });
                    }
                    // What the one that is gone has reset is another's by now.
                    Event::Reset(..) if self.doomed[side] => {}
                    Event::Reset(stream, _) => _ = self.flows.remove(&stream),
                    Event::Close(carrier, _) => self.close(side, carrier),
                    Event::Over(over) => self.over(side, over),
                    _ => {}
                }
            }
        }
    }

    /// What fuzzing asks for: however a link is treated, its memory is bounded.
    pub(crate) fn set_appetite(&mut self, appetite: usize) {
        self.appetite = appetite;
    }
}

fn pick<T: Copy>(among: &[T], number: u8) -> Option<T> {
    among.get(usize::from(number) % among.len().max(1)).copied()
}

fn fresh(side: Side, life: u8, adjust: fn(&mut Settings), now: Duration) -> Link {
    let role = if side == 0 {
        Role::Leader
    } else {
        Role::Follower
    };
    let mut settings = Settings::new(role, [9; 32], Incarnation::new([life; 16]).unwrap());
    settings.outage = Duration::from_secs(1_000_000);
    adjust(&mut settings);
    Link::new(settings, now)
}
