//! The file as it stands: a tree of values that know their places, and the tables that it is read into.
//!
//! Each table is written down once, in [`tables`]; the reader, the list of known keys and the JSON Schema all come
//! from that, so they cannot drift apart.

mod compare;
mod nat;
mod node;
mod options;
mod read;
mod syntax;
mod tables;

pub(crate) use compare::CompareTable;
pub(crate) use nat::{NatRule, NatTable};
pub(crate) use node::{Node, Value};
pub(crate) use options::{OptionsTable, schema as options_schema, take as take_options};
pub(crate) use read::{At, Field, List, Named, Read};
pub(crate) use tables::{
    Document, Group, InputRule, NetworkTable, PairTable, ProgramTable, RegionTable, ServiceTable,
    SiteRule,
};
