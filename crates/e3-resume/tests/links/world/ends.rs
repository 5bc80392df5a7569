//! How it ends.

use e3_resume::Over;

use super::{Flow, Side, Step, World, fresh};

impl World {
    pub(super) fn restart(&mut self, side: Side) {
        self.lives += 1;
        self.links[side] = fresh(side, self.lives, self.settings, self.now);
        for wire in &mut self.wires {
            // What it has sent may still arrive.
            wire.orphaned |= !wire.gone[side];
            wire.gone[side] = true;
            wire.cut = true;
            wire.on_its_way[side].clear();
            // Nobody can say to this one again what was said to the one before: its carriers have other keys.
            wire.arrived[side].clear();
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

    /// A link that the other end has forgotten begins anew, as everybody has to.
    pub(super) fn over(&mut self, side: Side, over: Over) {
        assert_eq!(over, Over::PeerForgot, "side {side}");
        assert!(self.lives > 2, "nobody was restarted");
        self.restart(side);
    }

    /// Lets everything arrive: at the end, all that was written must have been read.
    pub(crate) fn settle(&mut self) {
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

    pub(super) fn all_read(&self) -> bool {
        self.flows
            .values()
            .flatten()
            .all(|flow| flow.read == flow.written)
    }

    /// After [`Self::settle`]: ends are where they belong, and nothing is kept for ever.
    pub(crate) fn check_end(&mut self) {
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
}
