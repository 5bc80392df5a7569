//! A party's own `tailscaled`: beside one that the host may have already, with a state folder, a socket and an interface
//! of its own, and nothing of the host's network changed but that interface.
//!
//! It would add routes, policy rules and addresses to the host's network, which are those of any other `tailscaled`, too.
//! It does so by the command `ip` where it is told to (`TS_DEBUG_USE_IP_COMMAND`), and the only `ip` on its PATH is one that
//! does nothing: the interface is moved into the program's network and set up there. The host's packet filter and its
//! resolver it cannot reach (`hands_off`).

use std::{
    ffi::OsString,
    fs,
    net::IpAddr,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use e3_stock::{Daemon, Found, Killer, Spec, TAILSCALE, TAILSCALED, find, kind};
use tokio::{
    net::UnixStream,
    time::{sleep, timeout},
};

use crate::{
    TailscaleError,
    command::run,
    control::Control,
    coordinator::kept::{pem, write},
    desk::AuthKey,
    engine::Engine,
    hands_off::{self, Keeper},
    keys::PartyKeys,
    local_api::LocalApi,
    near::Near,
    state,
};

/// How long it may take to begin.
const BEGINNING: Duration = Duration::from_secs(20);

/// How long it may take to log out.
const FAREWELL: Duration = Duration::from_secs(2);

/// By this name of an interface it makes none.
const IN_USER_SPACE: &str = "userspace-networking";

/// So it says what it was asked over its socket, also where it says that it will not say so for a while.
const OWN_QUESTIONS: &str = "localapi: [";

/// What a command is that does nothing.
const NOTHING: [&str; 2] = ["/bin/true", "/usr/bin/true"];

/// A `tailscaled` that runs.
#[derive(Debug)]
pub(crate) struct Tailscaled {
    daemon: Daemon,
    _keeper: Keeper,
    tool: Found,
    folder: PathBuf,
    socket: PathBuf,
    /// What the socket's path leads through.
    _near: Near,
    /// Its interface's name; none where it carries packets in user space.
    pub(crate) interface: Option<String>,
}

/// Where its files are, and who it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) keys: &'a PartyKeys,
    pub(crate) name: &'a str,
    pub(crate) control: &'a Control,
    pub(crate) engine: &'a Engine,
}

/// A name for an interface that no other has.
pub(crate) fn interface_name() -> Result<String, TailscaleError> {
    let mut mark = [0; 4];
    getrandom::fill(&mut mark).map_err(TailscaleError::Randomness)?;
    Ok(format!("e3ts{}", hex::encode(mark)))
}

impl Tailscaled {
    /// Starts it, and waits until it answers.
    pub(crate) async fn start(whose: Whose<'_>) -> Result<Self, TailscaleError> {
        let Whose {
            folder,
            keys,
            name,
            control,
            engine,
        } = whose;
        let (found, tool) = (find(&TAILSCALED)?, find(&TAILSCALE)?);
        let near = Near::of(folder).map_err(TailscaleError::file(folder))?;
        let socket = near.join("s");
        let state = folder.join("state");
        let interface = match engine {
            Engine::Interface => Some(interface_name()?),
            Engine::UserSpace(_) => None,
        };
        state::write(&state, keys, name, &control.url()).map_err(TailscaleError::file(&state))?;
        let believed = believed(folder, control)?;
        let tools = tools(folder)?;
        let option = |name: &str, value: &Path| {
            let mut option = OsString::from(format!("--{name}="));
            option.push(value);
            option
        };
        let arguments = vec![
            "--no-logs-no-support".into(),
            option("statedir", folder),
            option("state", &state),
            option("socket", &socket),
            format!("--tun={}", interface.as_deref().unwrap_or(IN_USER_SPACE)).into(),
            "--port=0".into(),
        ];
        let environment = environment(folder, believed, &tools);
        let own = folder.to_owned();
        let (daemon, keeper) = hands_off::start(
            hands_off::all(engine, folder),
            Box::new(move || {
                let spec = Spec {
                    found: &found,
                    source: "tailscaled",
                    arguments,
                    environment,
                    folder: &own,
                };
                Daemon::start_heard(spec, kind_of)
            }),
        )
        .await?;
        let beginning = async {
            while UnixStream::connect(&socket).await.is_err() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        let ended = daemon.end();
        tokio::select! {
            begun = timeout(BEGINNING, beginning) => begun.map_err(|_| TailscaleError::Late {
                program: TAILSCALED.name,
                doing: "starting".to_owned(),
                seconds: BEGINNING.as_secs(),
            })?,
            why = ended => return Err(TailscaleError::Program {
                program: TAILSCALED.name,
                doing: "starting".to_owned(),
                why,
            }),
        }
        Ok(Self {
            daemon,
            _keeper: keeper,
            tool,
            folder: folder.to_owned(),
            socket,
            _near: near,
            interface,
        })
    }

    /// Registers with a key that is good for once. The key goes by a file that nobody else may read, and that is gone
    /// afterwards.
    pub(crate) async fn log_in(
        &self,
        (name, url): (&str, &str),
        key: &AuthKey,
        within: Duration,
    ) -> Result<(), TailscaleError> {
        let path = self.folder.join("auth-key");
        write(&path, key.as_bytes())?;
        let mut auth = OsString::from("--auth-key=file:");
        auth.push(&path);
        let mut socket = OsString::from("--socket=");
        socket.push(&self.socket);
        let arguments: [OsString; 11] = [
            socket,
            "up".into(),
            "--reset".into(),
            format!("--login-server={url}").into(),
            auth,
            format!("--hostname={name}").into(),
            "--accept-dns=false".into(),
            "--accept-routes=false".into(),
            "--netfilter-mode=off".into(),
            "--operator=".into(),
            format!("--timeout={}s", within.as_secs().max(1)).into(),
        ];
        let arguments: Vec<_> = arguments.iter().map(OsString::as_os_str).collect();
        let patience = within + Duration::from_secs(1);
        let done = run(
            &self.tool,
            &arguments,
            "registering with the coordinator",
            patience,
        )
        .await;
        let gone = fs::remove_file(&path).map_err(TailscaleError::file(&path));
        done?;
        gone
    }

    /// What it answers.
    pub(crate) fn api(&self) -> LocalApi {
        LocalApi::at(&self.socket)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.daemon.pid()
    }

    /// What kills it at once.
    pub(crate) fn killer(&self) -> Killer {
        self.daemon.killer()
    }

    /// Its end, in a sentence.
    pub(crate) fn end(&self) -> impl Future<Output = String> + Send + 'static {
        self.daemon.end()
    }

    /// Lets the coordinator forget it, and ends it.
    pub(crate) async fn leave(self) {
        if let Err(error) = self.api().log_out(FAREWELL).await {
            tracing::warn!(%error, "the coordinator may not know that this party has left");
        }
        self.daemon.stop().await;
    }
}

/// Whose certificates it believes: of a service of the environment, this very one; of somebody else's, those that this
/// machine believes.
fn believed(folder: &Path, control: &Control) -> Result<Believed, TailscaleError> {
    let told = match control {
        Control::Own { told, .. } => told,
        Control::Theirs(account) => {
            let named = account.authorities.as_ref();
            let named = named.map(|file| ("SSL_CERT_FILE", file.into()));
            return Ok(named.into_iter().collect());
        }
    };
    let file = folder.join("coordinator.crt");
    write(&file, pem("CERTIFICATE", &told.certificate).as_bytes())?;
    Ok(vec![
        ("SSL_CERT_FILE", file.into()),
        ("SSL_CERT_DIR", folder.join("none").into()),
        ("TS_PANIC_IF_HIT_MAIN_CONTROL", "1".into()),
    ])
}

/// Variables that say whom to believe.
type Believed = Vec<(&'static str, OsString)>;

/// What keeps it to one coordinator and its hands off the host. Of this process's own variables it finds no proxy, no setting and
/// no secret.
fn environment(folder: &Path, believed: Believed, tools: &Path) -> Vec<(OsString, OsString)> {
    let own = [
        ("TS_DISABLE_PORTMAPPER", "1".as_ref()),
        // It would knock at port 80 of the coordinator first.
        ("TS_FORCE_NOISE_443", "1".as_ref()),
        ("TS_DEBUG_USE_IP_COMMAND", "1".as_ref()),
        // It would keep a number of its own for logs that it does not send, in the folder of the host's own.
        ("TS_LOGS_DIR", folder.as_os_str()),
        ("TS_DEBUG_FIREWALL_MODE", "nftables".as_ref()),
        // It would tell the coordinator the addresses of network cards, to be woken by (Wake-on-LAN).
        ("TS_WAKE_MAC", "false".as_ref()),
        ("PATH", tools.as_os_str()),
        ("HOME", folder.as_os_str()),
        ("XDG_CACHE_HOME", folder.as_os_str()),
    ];
    let own = own.map(|(name, value)| (name, value.to_owned()));
    let all = own.into_iter().chain(believed);
    all.map(|(name, value)| (name.into(), value)).collect()
}

/// A folder in which `ip` is a command that does nothing.
fn tools(folder: &Path) -> Result<PathBuf, TailscaleError> {
    let tools = folder.join("tools");
    fs::create_dir_all(&tools).map_err(TailscaleError::file(&tools))?;
    let nothing = NOTHING.iter().map(Path::new).find(|path| path.exists());
    let nothing = nothing.ok_or_else(|| TailscaleError::File {
        path: NOTHING[0].into(),
        source: std::io::ErrorKind::NotFound.into(),
    })?;
    let ip = tools.join("ip");
    match symlink(nothing, &ip) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(TailscaleError::file(ip)(error))
        }
        _ => Ok(tools),
    }
}

/// The kind of a line of its log; none of what it says of our own questions, some each second.
fn kind_of(line: &str) -> Option<String> {
    (!line.contains(OWN_QUESTIONS)).then(|| kind(line))
}

/// An address for a party of which the coordinator has told nothing: one that it gives nobody, since it counts from the
/// other end.
pub(crate) fn nowhere(index: u16) -> IpAddr {
    let [high, low] = index.to_be_bytes();
    IpAddr::from([100, 127, high, low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_have_asked_is_not_logged() {
        let asked = "2026/11/23 17:00:00 localapi: [POST] /localapi/v0/debug-packet-filter-rules";
        let hushed = r#"2026/11/23 17:00:00 [RATELIMIT] format("localapi: [%s] %s")"#;
        assert_eq!([asked, hushed].map(kind_of), [None, None]);
        let other = "2026/11/23 17:00:00 magicsock: derp-999 connected; connGen=1";
        assert_eq!(
            kind_of(other).as_deref(),
            Some("// :: magicsock: derp- connected; connGe")
        );
    }
}
