//! Two links, and carriers between them that do whatever carriers can do.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use e3_resume::{
    Call, CarrierId, Event, Family, Incarnation, Link, Over, ResetWhy, Role, Settings, StreamId,
};

/// One of the two: the leader is 0, the follower 1.
pub type Side = usize;

/// Something that happens. Numbers name one of what there is, whatever they are.
#[derive(Debug, Clone, Copy)]
pub enum Step {
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
}

/// Two links and what is between them.
pub struct World {
    pub links: [Link; 2],
    pub now: Duration,
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

/// The byte that a side writes at this place of a stream: another at nearly every place.
fn byte(stream: StreamId, side: Side, offset: usize) -> u8 {
    let mixed = (offset as u64 + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(u64::from(stream.0) << 8 | side as u64)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 56) as u8
}

fn pick<T: Copy>(among: &[T], number: u8) -> Option<T> {
    among.get(usize::from(number) % among.len().max(1)).copied()
}

impl World {
    pub fn new(settings: fn(&mut Settings)) -> Self {
        let now = Duration::from_secs(1);
        Self {
            links: [0, 1].map(|side| fresh(side, 1 + side as u8, settings, now)),
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

    pub fn step(&mut self, step: Step) {
        match step {
            Step::Connect { rank } if self.wires.len() < 200 => self.wires.push(Wire {
                rank,
                ..Wire::default()
            }),
            Step::Connect { .. } => {}
            Step::Accept { wire, side } => {
                self.on(wire, |world, wire| world.accept(wire, side.into()))
            }
            Step::Send { wire, side, count } => {
                self.on(wire, |world, wire| {
                    _ = world.send(wire, side.into(), count.into())
                });
            }
            Step::Arrive { wire, side, count } => {
                self.on(wire, |world, wire| {
                    _ = world.arrive(wire, side.into(), count.into())
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

    fn accept(&mut self, wire: usize, side: Side) {
        let it = &mut self.wires[wire];
        if !it.cut && !it.gone[side] && it.ends[side].is_none() {
            it.ends[side] = Some(self.links[side].begin(it.rank, self.now));
        }
    }

    /// Says whether anything moved.
    fn send(&mut self, wire: usize, side: Side, count: usize) -> bool {
        let it = &mut self.wires[wire];
        let Some(carrier) = it.ends[side].filter(|_| !it.cut && !it.gone[side]) else {
            return false;
        };
        let output = self.links[side].output(carrier);
        let count = count.min(output.len());
        it.on_its_way[1 - side].extend(&output[..count]);
        self.links[side].sent(carrier, count);
        count > 0
    }

    /// Says whether anything moved.
    fn arrive(&mut self, wire: usize, side: Side, count: usize) -> bool {
        let it = &mut self.wires[wire];
        let Some(carrier) = it.ends[side].filter(|_| !it.gone[side]) else {
            return false;
        };
        let count = count.min(it.on_its_way[side].len());
        let bytes: Vec<u8> = it.on_its_way[side].drain(..count).collect();
        it.arrived[side].extend(&bytes);
        self.input(side, carrier, &bytes);
        count > 0
    }

    fn input(&mut self, side: Side, carrier: CarrierId, bytes: &[u8]) {
        let Self {
            links,
            flows,
            appetite,
            now,
            doomed,
            ..
        } = self;
        links[side].input(carrier, bytes, *now, &mut |stream, bytes| {
            let count = if doomed[side] {
                0
            } else {
                bytes.len().min(*appetite)
            };
            if let Some(flow) = flows.get_mut(&stream) {
                check(stream, 1 - side, &mut flow[1 - side], &bytes[..count]);
            }
            count
        });
        self.handle_events();
    }

    fn end(&mut self, wire: usize, side: Side) {
        let it = &mut self.wires[wire];
        if !std::mem::replace(&mut it.gone[side], true)
            && let Some(carrier) = it.ends[side]
        {
            self.links[side].ended(carrier, self.now);
        }
    }

    fn repeat(&mut self, wire: usize, side: Side, rank: u8) {
        let recorded = self.wires[wire].arrived[side].clone();
        let carrier = self.links[side].begin(rank, self.now);
        self.input(side, carrier, &recorded);
        self.links[side].ended(carrier, self.now);
    }

    fn open(&mut self, side: Side) {
        let call = Call {
            port: 1,
            from_port: 2,
            family: Family::V4,
            run: 3,
        };
        if self.flows.len() < 20
            && let Some(stream) = self.links[side].open(call)
        {
            self.flows.insert(stream, <[Flow; 2]>::default());
        }
    }

    fn knows(&self, side: Side, stream: StreamId) -> bool {
        !self.doomed[side] && self.links[side].knows(stream)
    }

    fn write(&mut self, side: Side, stream: StreamId, count: usize) {
        let knows = self.knows(side, stream);
        let flow = &mut self.flows.get_mut(&stream).unwrap()[side];
        if flow.finished || !knows {
            return;
        }
        let bytes: Vec<u8> = (0..count)
            .map(|at| byte(stream, side, flow.written + at))
            .collect();
        flow.written += self.links[side].write(stream, &bytes);
    }

    fn take(&mut self, side: Side, stream: StreamId, count: usize) {
        if self.doomed[side] {
            return;
        }
        let bytes = self.links[side].received(stream);
        let count = count.min(bytes.len());
        let flow = &mut self.flows.get_mut(&stream).unwrap()[1 - side];
        check(stream, 1 - side, flow, &bytes[..count]);
        self.links[side].take(stream, count);
    }

    fn finish(&mut self, side: Side, stream: StreamId) {
        if self.knows(side, stream) {
            self.links[side].finish(stream);
            self.flows.get_mut(&stream).unwrap()[side].finished = true;
        }
    }

    fn restart(&mut self, side: Side) {
        self.lives += 1;
        self.links[side] = fresh(side, self.lives, self.settings, self.now);
        for wire in &mut self.wires {
            wire.gone[side] = true;
            wire.cut = true;
            // Or else a link could still hear, and agree on, the one that is gone.
            wire.on_its_way.iter_mut().for_each(VecDeque::clear);
        }
        self.settled[side] = false;
        self.doomed[side] = false;
        let other = 1 - side;
        if self.settled[other] {
            // It will hear that its peer is another; whatever streams it has are those of the one that is gone.
            self.flows.clear();
            self.doomed[other] = true;
        }
        self.flows
            .retain(|stream, _| stream.0 as usize % 2 == other);
        for flow in self.flows.values_mut() {
            flow[side] = Flow::default();
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
                    Event::Attached(_) => self.settled[side] = true,
                    Event::Reset(stream, _) => _ = self.flows.remove(&stream),
                    Event::Close(carrier, _) => self.close(side, carrier),
                    Event::Over(over) => self.over(side, over),
                    _ => {}
                }
            }
        }
    }

    /// What is left for a carrier is sent, and it ends.
    fn close(&mut self, side: Side, carrier: CarrierId) {
        if let Some(wire) = self
            .wires
            .iter()
            .position(|wire| wire.ends[side] == Some(carrier) && !wire.gone[side])
        {
            while self.send(wire, side, usize::MAX) {}
            self.wires[wire].cut = true;
            self.end(wire, side);
        }
    }

    /// A link that the other end has forgotten begins anew, as everybody has to.
    fn over(&mut self, side: Side, over: Over) {
        assert_eq!(over, Over::PeerForgot, "side {side}");
        assert!(self.lives > 2, "nobody was restarted");
        self.restart(side);
    }

    /// Lets everything arrive: at the end, all that was written must have been read.
    pub fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 100, "never comes to rest");
            for wire in 0..self.wires.len() {
                if self.wires[wire].cut {
                    self.end(wire, 0);
                    self.end(wire, 1);
                }
            }
            self.handle_events();
            let attached = [0, 1].map(|side| self.links[side].attached());
            let shared = self.wires.iter().any(|wire| {
                !wire.gone.contains(&true)
                    && attached[0] == wire.ends[0]
                    && attached[1] == wire.ends[1]
                    && attached[0].is_some()
            });
            if !shared && round % 4 == 0 {
                self.step(Step::Connect { rank: 9 });
            }
            for wire in 0..self.wires.len() {
                self.accept(wire, 0);
                self.accept(wire, 1);
            }
            let mut moved = true;
            let mut quiet = shared;
            while moved {
                moved = false;
                for wire in 0..self.wires.len() {
                    for side in [0, 1] {
                        moved |= self.send(wire, side, usize::MAX);
                        moved |= self.arrive(wire, side, usize::MAX);
                    }
                }
                for stream in self.flows.keys().copied().collect::<Vec<_>>() {
                    for side in [0, 1] {
                        while self.flows.contains_key(&stream)
                            && !self.doomed[side]
                            && !self.links[side].received(stream).is_empty()
                        {
                            self.take(side, stream, usize::MAX);
                            moved = true;
                        }
                    }
                }
                self.handle_events();
                quiet &= !moved;
            }
            if quiet && self.all_read() {
                return;
            }
            self.step(Step::Wait { millis: 700 });
        }
    }

    fn all_read(&self) -> bool {
        self.flows
            .values()
            .flatten()
            .all(|flow| flow.read == flow.written)
    }

    /// After [`Self::settle`]: ends are where they belong, and nothing is kept for ever.
    pub fn check_end(&mut self) {
        for (stream, flows) in &self.flows {
            for side in [0, 1] {
                assert_eq!(
                    flows[side].read, flows[side].written,
                    "stream {stream} of side {side}"
                );
                assert_eq!(
                    self.links[1 - side].heard_all(*stream),
                    flows[side].finished,
                    "stream {stream} of side {side}"
                );
            }
        }
        for stream in self.flows.keys().copied().collect::<Vec<_>>() {
            self.finish(0, stream);
            self.finish(1, stream);
        }
        self.step(Step::Wait { millis: 1000 });
        self.settle();
        self.step(Step::Wait { millis: 1000 });
        self.settle();
        for link in &self.links {
            assert_eq!(link.streams(), 0, "streams are left");
            assert!(
                link.unacknowledged() < 2000,
                "{} bytes are left",
                link.unacknowledged()
            );
        }
    }

    /// What fuzzing asks for: however a link is treated, its memory is bounded.
    pub fn set_appetite(&mut self, appetite: usize) {
        self.appetite = appetite;
    }
}

fn check(stream: StreamId, from: Side, flow: &mut Flow, bytes: &[u8]) {
    for (at, got) in bytes.iter().enumerate() {
        let offset = flow.read + at;
        assert_eq!(
            *got,
            byte(stream, from, offset),
            "byte {offset} of stream {stream} from side {from}"
        );
    }
    flow.read += bytes.len();
    assert!(
        flow.read <= flow.written,
        "stream {stream} goes on behind its end"
    );
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
