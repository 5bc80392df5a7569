//! What is tried on what.

use std::{env, process::Command, sync::Arc};

use e3_conformance::{subject::About, trust::Scheme};
use e3_evaluate::finding::Attack;
use e3_experiment::{Order, headscale};
use e3_overlay::Registry;
use e3_overlay_nebula::NebulaOverlay;
use e3_overlay_quic::QuicOverlay;
use e3_overlay_tailscale::HeadscaleOverlay;
use e3_overlay_wireguard::WireguardOverlay;
use e3_stock::{HEADSCALE, NEBULA, Program, TAILSCALE, TAILSCALED, find};

use crate::{
    confiding,
    repeating::{noise, quic, tls},
    sealing,
    yielding::{self, To},
};

/// The variable that tells a process, and the agents that it starts, what it is about.
const PLAN: &str = "E3_TEST_EXPERIMENT";

/// One experiment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) overlay: &'static str,
    pub(crate) scheme: Scheme,
    pub(crate) attack: Attack,
    pub(crate) credulous: bool,
}

const OVERLAYS: [&str; 14] = [
    "direct",
    "tls",
    "quic",
    "wireguard",
    "nebula",
    "headscale",
    confiding::NAME,
    sealing::NAME,
    tls::NAME,
    quic::NAME,
    noise::NAME,
    To::Silence.name(),
    To::Offers.name(),
    To::Options.name(),
];

impl Plan {
    /// That of this process, if it has one.
    pub(crate) fn of_environment() -> Option<Self> {
        let text = env::var(PLAN).ok()?;
        let mut words = text.split(' ');
        let mut word = || words.next().unwrap();
        let (overlay, scheme, attack, credulous) = (word(), word(), word(), word());
        Some(Self {
            overlay: OVERLAYS.into_iter().find(|name| *name == overlay)?,
            scheme: Scheme::of_word(scheme)?,
            attack: serde_json::from_str(attack).unwrap(),
            credulous: credulous == "true",
        })
    }

    pub(crate) fn put_into(&self, command: &mut Command) {
        let Self {
            overlay,
            scheme,
            credulous,
            ..
        } = self;
        let words = [
            overlay,
            scheme.as_str(),
            &self.word(),
            &credulous.to_string(),
        ]
        .join(" ");
        command.env(PLAN, words);
    }

    /// The attack's word.
    pub(crate) fn word(&self) -> String {
        serde_json::to_string(&self.attack).unwrap()
    }

    pub(crate) fn about(&self) -> About {
        About {
            scheme: Some(self.scheme),
            // Whatever words somebody who lies is refused with, refused is what it is.
            refusals: &[""],
            ..About::overlay(self.overlay, registry)
        }
    }

    pub(crate) fn order(&self) -> Order {
        Order {
            credulous: self.credulous,
            falsehoods: match self.overlay {
                "headscale" => headscale::FALSEHOODS,
                _ => &[],
            },
            ..Order::new(self.about(), self.attack)
        }
    }

    /// Whether this machine lacks what the overlay needs: a failure where `E3_STOCK_REQUIRED` is set.
    pub(crate) fn lacks(&self) -> bool {
        let needed: &[&Program] = match self.overlay {
            "nebula" => &[&NEBULA],
            "headscale" => &[&HEADSCALE, &TAILSCALED, &TAILSCALE],
            _ => &[],
        };
        let missing = needed.iter().find_map(|program| find(program).err());
        if let Some(missing) = &missing {
            assert!(env::var_os("E3_STOCK_REQUIRED").is_none(), "{missing}");
            println!("left out: {missing}");
        }
        missing.is_some()
    }
}

fn registry() -> Registry {
    let mut registry = Registry::builtin();
    for weakened in [
        confiding::overlay,
        sealing::overlay,
        tls::overlay,
        quic::overlay,
        noise::overlay,
    ] {
        registry.add(weakened);
    }
    for to in [To::Silence, To::Offers, To::Options] {
        registry.add(move || yielding::overlay(to));
    }
    registry.add(|| Arc::new(QuicOverlay::default()));
    registry.add(|| Arc::new(WireguardOverlay::default()));
    registry.add(|| Arc::new(NebulaOverlay::default()));
    registry.add(|| Arc::new(HeadscaleOverlay::default()));
    registry
}
