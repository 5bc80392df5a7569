//! Overlay `tailscale`, with a Headscale in place of Tailscale's service: as far as clients can tell, it speaks as that does.

use std::sync::Arc;

use e3_lab::Nat;
use e3_overlay::Overlay;
use e3_overlay_tailscale::TailscaleOverlay;
use e3_session::types::Options;

use crate::{
    account,
    stage::{Coordinator, PORT, Session, caller, host, join, lab, listener},
};

fn tailscale() -> Arc<dyn Overlay> {
    Arc::new(TailscaleOverlay::with(&[]))
}

/// One key, which all parties use.
pub(crate) fn another_coordinator_stands_in_for_tailscales() {
    let lab = lab(&[("one", Nat::None), ("two", Nat::None)]);
    let coordinator = Coordinator::start(host(&lab, "hub"));
    let key = account::open(coordinator.folder.path(), |words| coordinator.does(words));
    let (url, certificate) = coordinator.url();
    let variables = [
        ("TS_AUTHKEY", key),
        ("TS_LOGIN_SERVER", url),
        ("SSL_CERT_FILE", certificate.display().to_string()),
    ];
    let session = Session {
        options: Options::default(),
        coordinator: None,
        overlay: tailscale,
    };
    let hosts = ["one", "two"].map(|name| host(&lab, name));
    let folders = tempfile::tempdir().unwrap();
    let make = |_: &str| Arc::new(TailscaleOverlay::with(&variables)) as Arc<dyn Overlay>;
    let parties = join(&session, make, &hosts, folders.path());
    let two = parties[0]
        .dial
        .parties
        .iter()
        .find(|reach| reach.name == "two");
    let address = two.unwrap().address.to_string();
    let listening = parties[1].python(hosts[1], &listener(PORT, "hello"));
    let calling = parties[0].python(hosts[0], &caller(&address, PORT, "who"));
    assert_eq!(calling.said().trim(), "hello");
    listening.said();
    drop(parties);
    let left = coordinator.does(&["nodes", "list"]);
    assert_eq!(left.as_array().map_or(0, Vec::len), 0, "{left:?}");

    // Somebody else of the account is no party.
    let folders = tempfile::tempdir().unwrap();
    let parties = join(&session, make, &hosts, folders.path());
    let reference = "hskey-authreq-e3e3e3e3e3e3e3e3e3e3e3e3";
    coordinator.does(&[
        "debug",
        "create-node",
        "--name",
        "mallory",
        "--user",
        "e3",
        "--key",
        reference,
    ]);
    coordinator.does(&["auth", "register", "--user", "e3", "--auth-id", reference]);
    for party in &parties {
        let why = party
            .severed
            .recv_timeout(std::time::Duration::from_secs(5));
        assert!(why.unwrap().contains("mallory"));
    }
    drop(parties);
}
