//! A `tailscaled` of the user's own, with its own interface, beside a party's.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

use e3_lab::{Host, Nat};
use e3_session::types::{OptionValue, Options};
use e3_stock::{TAILSCALE, TAILSCALED};
use tempfile::TempDir;

use crate::stage::{
    Coordinator, PORT, Session, caller, headscale, host, join, lab, listener, stock, until,
};

/// The user's, as a service of the system's would run it but for where its files are.
struct Own {
    daemon: Child,
    folder: TempDir,
}

impl Own {
    fn start(host: &Host, interface: &str, coordinator: &Coordinator) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let (url, certificate) = coordinator.url();
        let mut command = host.command(stock(&TAILSCALED));
        command
            .arg("--no-logs-no-support")
            .arg(format!("--statedir={}", at("")))
            .arg(format!("--state={}", at("state")))
            .arg(format!("--socket={}", at("s")))
            .args([&format!("--tun={interface}"), "--port=41641"])
            .env("SSL_CERT_FILE", certificate)
            .env("TS_DEBUG_FIREWALL_MODE", "nftables")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let daemon = command.spawn().unwrap();
        let own = Self { daemon, folder };
        let socket = own.folder.path().join("s");
        until("the user's daemon", || socket.exists());
        let users = coordinator.does(&["users", "list"]);
        let user = users[0]["id"].to_string();
        let key = coordinator.does(&["preauthkeys", "create", "-u", &user]);
        let key = key["key"].as_str().unwrap().to_owned();
        let up = [
            "up",
            "--accept-dns=false",
            "--timeout=20s",
            "--login-server",
            &url,
            "--auth-key",
            &key,
        ];
        let done = own.tool(host, &up).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        own
    }

    fn tool(&self, host: &Host, words: &[&str]) -> Command {
        let mut command = host.command(stock(&TAILSCALE));
        command
            .arg(format!(
                "--socket={}",
                self.folder.path().join("s").display()
            ))
            .args(words);
        command
    }

    fn address(&self, host: &Host) -> String {
        let said = self.tool(host, &["ip", "-4"]).output().unwrap();
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ended = self.daemon.kill();
        let _reaped = self.daemon.wait();
    }
}

/// What of the host's network is any `tailscaled`'s: rules, routes, addresses, interfaces.
fn surroundings(host: &Host) -> Vec<String> {
    let questions: [&[&str]; 5] = [
        &["-4", "rule"],
        &["-6", "rule"],
        &["-4", "route", "show", "table", "52"],
        &["-6", "route", "show", "table", "52"],
        &["-brief", "address"],
    ];
    let answers = questions.iter().map(|words| {
        let done = host.command("ip").args(*words).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    });
    answers.collect()
}

/// The chains of nftables that are named as those of any `tailscaled` (`nf_tables`, `NFT_MSG_GETCHAIN`).
fn filters(host: &Host) -> String {
    const ASK: &str = "\
import re, socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.settimeout(1)
s.send(struct.pack('=IHHIIBBH', 20, 10 << 8 | 4, 0x301, 1, 0, 0, 0, 0))
said = b''
try:
    while True: said += s.recv(1 << 16)
except TimeoutError: pass
print(sorted(set(re.findall(rb'ts-[a-z]+', said))))
";
    let done = host.command("python3").args(["-c", ASK]).output().unwrap();
    String::from_utf8(done.stdout).unwrap() + &String::from_utf8_lossy(&done.stderr)
}

fn hello(from: &Host, to: (&Host, &str), port: u16) {
    let python = |host: &Host, text: &str| {
        let mut command = host.command("python3");
        let command = command.args(["-c", text]).stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let listening = python(to.0, &listener(port, "hello"));
    let calling = python(from, &caller(to.1, port, "who"));
    let said = calling.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "hello");
    assert!(listening.wait_with_output().unwrap().status.success());
}

pub(crate) fn a_tailscaled_of_the_users_own_is_not_disturbed() {
    let sites = ["one", "two", "elsewhere"].map(|name| (name, Nat::None));
    let lab = lab(&sites);
    let hosts = ["one", "two"].map(|name| host(&lab, name));
    let users = Coordinator::start(host(&lab, "elsewhere"));
    allow_all(&users);
    let own = hosts.map(|host| Own::start(host, "tailscale0", &users));
    let there = own[1].address(hosts[1]);
    hello(hosts[0], (hosts[1], &there), 7001);
    let before = hosts.map(surroundings);
    let filtering = hosts.map(filters);
    assert!(filtering[0].contains("ts-input"), "{filtering:?}");

    let coordinator = Coordinator::start(host(&lab, "hub"));
    for program in ["forwards", "namespace"] {
        let word = OptionValue::Word(program.to_owned());
        let session = Session {
            options: Options([("program".to_owned(), word)].into()),
            coordinator: Some(&coordinator),
            overlay: headscale,
        };
        let folders = tempfile::tempdir().unwrap();
        let parties = join(&session, |_| headscale(), &hosts, folders.path());
        assert_eq!(
            hosts.map(surroundings),
            before,
            "while parties are connected"
        );
        hello(hosts[0], (hosts[1], &there), 7002);
        let mut all = parties[0].dial.parties.iter();
        let two = all.find(|reach| reach.name == "two").unwrap();
        let listening = parties[1].python(hosts[1], &listener(PORT, "party"));
        let address = two.address.to_string();
        let calling = parties[0].python(hosts[0], &caller(&address, two.port, "who"));
        assert_eq!(calling.said().trim(), "party");
        listening.said();
        drop(parties);
        assert_eq!(hosts.map(surroundings), before, "after parties have left");
        hello(hosts[0], (hosts[1], &there), 7003);
        // With an interface, it would remove what any tailscaled has put into nftables.
        assert_eq!(hosts.map(filters), filtering, "{program}");
    }
}

/// As a new tailnet has it.
fn allow_all(coordinator: &Coordinator) {
    let policy = coordinator.folder.path().join("all.json");
    let all = r#"{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]}"#;
    std::fs::write(&policy, all).unwrap();
    let path: &Path = &policy;
    coordinator.does(&["policy", "set", "-f", path.to_str().unwrap()]);
}
