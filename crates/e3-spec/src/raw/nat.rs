//! A NAT as it stands in e3.toml.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::{Node, Value};
use super::read::{Field, Read, table, wrong_type};
use crate::choice::{Dependence, NatPorts, NatPreset};
use crate::quantity::Timeout;
use crate::report::Report;
use crate::text::CarrierName;

table! {
    /// What a NAT does, in the words of RFC 4787.
    NatTable {
        /// The kind that it is but for what else stands here. Default: "port-restricted", or "carrier-grade" with a carrier.
        preset: NatPreset,
        /// On which packets a host's port keeps its outside port: all ("endpoint-independent"), those to one address, or those to one address and port.
        mapping: Dependence,
        /// Whose packets may come in: everybody's ("endpoint-independent"), or those from addresses, or addresses and ports, that were sent to.
        filtering: Dependence,
        /// Whether hosts behind it reach one another by their outside addresses.
        hairpin: bool,
        /// Which outside port a new mapping gets: "preserve" (the inside one if it is free) or "random".
        ports: NatPorts,
        /// After which silence UDP mappings are forgotten. Default: "2 min".
        udp_timeout: Timeout,
        /// After which silence established TCP connections are forgotten. Default: "124 min".
        tcp_established_timeout: Timeout,
        /// After which silence TCP connections that begin or end are forgotten. Default: "4 min".
        tcp_transitory_timeout: Timeout,
        /// After which silence pings are forgotten. Default: "1 min".
        icmp_timeout: Timeout,
        /// Whether UDP is dropped.
        block_udp: bool,
        /// The carrier whose NAT stands beyond the router: sites that name the same one share it and its address.
        carrier: CarrierName,
    }
}

/// A kind of NAT, or what it does.
#[derive(Debug)]
pub(crate) enum NatRule {
    Preset(NatPreset),
    Table(Box<NatTable>),
}

impl Read for NatRule {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        match &node.value {
            Value::Text(_) => NatPreset::read(node, report).map(Self::Preset),
            Value::Table(_) => NatTable::read(node, report).map(Box::new).map(Self::Table),
            _ => {
                let expected = "a kind of NAT in quotes, such as \"home\", or a table such as { filtering = \"address-dependent\" }";
                wrong_type(node, expected, report);
                None
            }
        }
    }
}

impl JsonSchema for NatRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NatRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (kind, table) = (
            generator.subschema_for::<NatPreset>(),
            generator.subschema_for::<NatTable>(),
        );
        json_schema!({ "anyOf": [kind, table] })
    }
}
