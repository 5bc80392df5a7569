//! wireguard-go, set up as its documentation says.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use base64ct::{Base64, Encoding as _};
use e3_lab::Host;
use e3_overlay_wireguard::key::{PrivateKey, PublicKey};

use crate::{ITS, OURS};

/// Where it listens.
pub(crate) const PORT: u16 = 51820;

/// wireguard-go; ended when this is dropped.
pub(crate) struct Go(Child);

impl Go {
    /// Starts it with its own key and its peer's. It does not know where that is.
    pub(crate) fn start(host: &Host, own: &PrivateKey, peer: PublicKey) -> Self {
        // Its control socket is named after its interface, and other tests may run.
        let name = format!("e3-{}", std::process::id());
        let mut command = host.command("wireguard-go");
        command
            .args(["-f", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let go = Self(command.spawn().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, Base64::encode_string(&*own.to_bytes())).unwrap();
        let (file, port) = (file.to_str().unwrap(), PORT.to_string());
        let peer = Base64::encode_string(&peer.0);
        let allowed = format!("{OURS}/32");
        let set = [
            "set",
            &name,
            "private-key",
            file,
            "listen-port",
            &port,
            "peer",
            &peer,
            "allowed-ips",
            &allowed,
        ];
        let there = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(50));
            let done = host.command("wg").args(set).output().unwrap();
            done.status.success()
        });
        assert!(there, "wireguard-go does not take its keys");
        let address = format!("{ITS}/24");
        ip(
            host.command("ip"),
            &["address", "add", &address, "dev", &name],
        );
        ip(host.command("ip"), &["link", "set", &name, "up"]);
        go
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

pub(crate) fn ip(mut command: Command, arguments: &[&str]) {
    let done = command.args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {said}");
}
