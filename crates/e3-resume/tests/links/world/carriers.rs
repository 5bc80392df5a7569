//! What carriers do.

use e3_resume::CarrierId;

use super::{Side, World, programs::check};

impl World {
    pub(super) fn accept(&mut self, wire: usize, side: Side) {
        let it = &mut self.wires[wire];
        if !it.cut && !it.gone[side] && it.ends[side].is_none() {
            it.ends[side] = Some(self.links[side].begin(it.rank, self.now));
        }
    }

    /// Says whether anything moved.
    pub(super) fn send(&mut self, wire: usize, side: Side, count: usize) -> bool {
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
    pub(super) fn arrive(&mut self, wire: usize, side: Side, count: usize) -> bool {
        let it = &mut self.wires[wire];
        let Some(carrier) = it.ends[side].filter(|_| !it.gone[side]) else {
            return false;
        };
        let count = count.min(it.on_its_way[side].len());
        let bytes: Vec<u8> = it.on_its_way[side].drain(..count).collect();
        it.arrived[side].extend(&bytes);
        let late = it.orphaned;
        self.input(side, carrier, &bytes, late);
        count > 0
    }

    /// What is `late` is of one that is gone: nobody takes it at once.
    pub(super) fn input(&mut self, side: Side, carrier: CarrierId, bytes: &[u8], late: bool) {
        let Self {
            links,
            flows,
            appetite,
            now,
            doomed,
            ..
        } = self;
        links[side].input(carrier, bytes, *now, &mut |stream, bytes| {
            let count = if doomed[side] || late {
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

    pub(super) fn end(&mut self, wire: usize, side: Side) {
        let it = &mut self.wires[wire];
        if !std::mem::replace(&mut it.gone[side], true)
            && let Some(carrier) = it.ends[side]
        {
            self.links[side].ended(carrier, self.now);
        }
    }

    pub(super) fn repeat(&mut self, wire: usize, side: Side, rank: u8) {
        let recorded = self.wires[wire].arrived[side].clone();
        let carrier = self.links[side].begin(rank, self.now);
        let late = self.wires[wire].orphaned;
        self.input(side, carrier, &recorded, late);
        self.links[side].ended(carrier, self.now);
    }

    /// What is left for a carrier is sent, and it ends.
    pub(super) fn close(&mut self, side: Side, carrier: CarrierId) {
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
}
