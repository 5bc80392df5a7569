//! What whoever runs the host of a stock Headscale can make it say to its parties, by its own command.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use e3_conformance::field::PORT;
use e3_stock::{HEADSCALE, find};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Falsehood;

/// What it can be made to say.
pub const FALSEHOODS: &[Falsehood] = &[
    Falsehood {
        what: "added a node of its own",
        tell: |folder| Coordinator::below(folder)?.adds("mallory"),
    },
    Falsehood {
        what: "swapped a party's key for one of its own",
        tell: |folder| {
            let coordinator = Coordinator::below(folder)?;
            coordinator.forgets("p1")?;
            coordinator.adds("p1")
        },
    },
];

/// The reference of a registration, as a browser would have it.
const REFERENCE: &str = "hskey-authreq-e3e3e3e3e3e3e3e3e3e3e3e3";

struct Coordinator {
    config: PathBuf,
    /// A short way to its socket.
    link: TempDir,
}

impl Coordinator {
    fn below(folder: &Path) -> anyhow::Result<Self> {
        let folder = with_config(folder).context("no coordinator keeps its files there")?;
        let link = tempfile::tempdir()?;
        let short = link.path().join("c");
        symlink(&folder, &short)?;
        let mut known: Value = serde_json::from_slice(&fs::read(folder.join("config.yaml"))?)?;
        let settings = known.as_object_mut().context("it has no settings")?;
        settings.insert("unix_socket".to_owned(), json!(short.join("s")));
        let config = link.path().join("config.json");
        fs::write(&config, known.to_string())?;
        Ok(Self { config, link })
    }

    fn does(&self, words: &[&str]) -> anyhow::Result<Value> {
        let mut command = Command::new(find(&HEADSCALE)?.path);
        command.args(words).args(["-o", "json", "-c"]);
        let done = command.arg(&self.config).output()?;
        let said = String::from_utf8_lossy(&done.stdout);
        ensure!(done.status.success(), "headscale {words:?}: {said}");
        Ok(serde_json::from_str(&said).unwrap_or(Value::Null))
    }

    /// Registers a node of that name with keys of nobody's, and lets it and the parties see one another.
    fn adds(&self, name: &str) -> anyhow::Result<()> {
        let policy = self.link.path().join("policy.json");
        // Everybody may see everybody, at the port of programs.
        let everywhere = format!("*:{PORT}");
        let all = json!({"acls": [{"action": "accept", "src": ["*"], "dst": [everywhere]}]});
        fs::write(&policy, all.to_string())?;
        let policy = policy.display().to_string();
        self.does(&["policy", "set", "-f", &policy])?;
        let node = ["--name", name, "--user", "e3", "--key", REFERENCE];
        self.does(&[&["debug", "create-node"][..], &node].concat())?;
        self.does(&["auth", "register", "--user", "e3", "--auth-id", REFERENCE])?;
        Ok(())
    }

    fn forgets(&self, name: &str) -> anyhow::Result<()> {
        let nodes = self.does(&["nodes", "list"])?;
        let nodes = nodes.as_array().context("it knows no nodes")?;
        let known = nodes.iter().find(|node| node["name"] == name);
        let id = known.with_context(|| format!("it does not know {name}"))?["id"].to_string();
        self.does(&["nodes", "delete", "--force", "-i", &id])?;
        Ok(())
    }
}

fn with_config(folder: &Path) -> Option<PathBuf> {
    if folder.join("config.yaml").exists() {
        return Some(folder.to_owned());
    }
    let below = fs::read_dir(folder).ok()?.flatten();
    let mut folders = below.map(|entry| entry.path()).filter(|path| path.is_dir());
    folders.find_map(|folder| with_config(&folder))
}
