//! What a NAT is, all in all.

use super::Resolver;
use crate::choice::NatPreset;
use crate::nat::Nat;
use crate::raw::{At, Field, NatRule, NatTable};
use crate::report::{Checked, Reported};
use crate::source::Place;

impl Resolver<'_> {
    /// The NAT of a group.
    pub(super) fn nat(&mut self, field: &Field<NatRule>) -> Checked<Nat> {
        match field {
            Field::Absent => Ok(Nat::NONE),
            Field::Wrong => Err(Reported),
            Field::Given(At { value, .. }) => match value {
                NatRule::Preset(preset) => Ok(Nat::of(*preset)),
                NatRule::Table(table) => self.nat_of_table(table),
            },
        }
    }

    fn nat_of_table(&mut self, table: &NatTable) -> Checked<Nat> {
        let NatTable {
            preset,
            mapping,
            filtering,
            hairpin,
            ports,
            udp_timeout,
            tcp_established_timeout,
            tcp_transitory_timeout,
            icmp_timeout,
            block_udp,
            carrier,
        } = table;
        let usual = match carrier {
            Field::Given(_) | Field::Wrong => NatPreset::CarrierGrade,
            Field::Absent => NatPreset::PortRestricted,
        };
        let nat = Nat {
            preset: preset.or(usual)?,
            mapping: mapping.optional()?,
            filtering: filtering.optional()?,
            hairpin: hairpin.optional()?,
            ports: ports.optional()?,
            udp_timeout: udp_timeout.optional()?,
            tcp_established_timeout: tcp_established_timeout.optional()?,
            tcp_transitory_timeout: tcp_transitory_timeout.optional()?,
            icmp_timeout: icmp_timeout.optional()?,
            block_udp: block_udp.optional()?,
            carrier: carrier.optional()?,
        };
        let place = preset.given().map_or(Place::FILE, |preset| preset.place);
        if nat.is_none() && nat != Nat::NONE {
            self.report
                .wrong(place, "where there is no NAT, nothing can be said about it")
                .expected("another kind of NAT, or `nat = \"none\"` alone");
            return Err(Reported);
        }
        Ok(nat)
    }
}
