//! What the caller knows and this crate does not: which overlays there are, which regions, which files.

use std::path::Path;

use crate::choice::{IdentityScheme, ServiceKind};
use crate::option::KnownOption;

/// Names that an e3.toml may use.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The providers of hosts.
    pub providers: &'a [KnownProvider<'a>],
    /// The overlays.
    pub overlays: &'a [KnownOverlay<'a>],
    /// Which of them connects the parties where nobody says.
    pub default_overlay: &'a str,
    /// How many hosts there may be: [`PartyCount::MAX`](crate::PartyCount::MAX) where each is to be a party.
    pub most_hosts: u16,
    /// The regions of the world.
    pub regions: &'a [KnownRegion<'a>],
}

/// A provider of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownProvider<'a> {
    /// Its name in e3.toml.
    pub name: &'a str,
    /// Whether its hosts are made on this machine: then they share its files, and none outlives its environment.
    pub lab: bool,
}

/// An overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownOverlay<'a> {
    /// Its name in e3.toml.
    pub name: &'a str,
    /// The services that it cannot do without.
    pub services: &'a [ServiceKind],
    /// The identity schemes that it works with, the one that it is used with unless another is said first. None for
    /// all of them.
    pub identities: &'a [IdentityScheme],
    /// What a table of its name may say of it.
    pub options: &'a [KnownOption<'a>],
}

/// A region that needs no declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRegion<'a> {
    /// Its name in e3.toml.
    pub name: &'a str,
    /// Its city, by which people look for it.
    pub city: &'a str,
}

/// A look at the files that an e3.toml names. This crate itself does no input or output.
pub trait Files {
    /// Whether a readable regular file is there.
    fn is_file(&self, path: &Path) -> bool;

    /// The names in a folder, for suggestions; none if it cannot be read.
    fn names_in(&self, folder: &Path) -> Vec<String>;
}

/// Believes that every file is there: for looking at an e3.toml away from its files.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrustFiles;

impl Files for TrustFiles {
    fn is_file(&self, _: &Path) -> bool {
        true
    }

    fn names_in(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
}

/// Everything around a declaration that its meaning depends on.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Names that may be used.
    pub known: Known<'a>,
    /// The files.
    pub files: &'a dyn Files,
    /// The current folder, absolute: paths on the command line are relative to it.
    pub here: &'a Path,
}
