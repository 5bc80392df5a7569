//! A program that does what it is told, line by line: the helper that is started in places.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    os::fd::AsFd as _,
    os::linux::net::SocketAddrExt as _,
    os::unix::net::{SocketAddr as UnixAddress, UnixStream},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use e3_forward::place::Place;
use e3_lab::{Host, testing::helper};
use e3_overlay::ProgramPlace;
use e3_sys::child;
use rustix::net::{AddressFamily, SocketType, sockopt::set_socket_reuseaddr};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

pub(crate) const NAME: &str = "program";

/// No connection inside one machine takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The program as the test sees it.
pub(crate) struct Program {
    pub(crate) process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it where the place says.
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_in(place.program_place())
    }

    /// Starts it there.
    pub(crate) fn start_in(place: ProgramPlace) -> Self {
        Self::start_from(helper(NAME), place)
    }

    /// The same from a host of a lab, as its agent would.
    pub(crate) fn start_on(host: &Host, place: &Place) -> Self {
        let mut command = helper(NAME);
        host.enter_command(&mut command);
        Self::start_from(command, place.program_place())
    }

    fn start_from(mut command: Command, place: ProgramPlace) -> Self {
        place.prepare(&mut command);
        child::tie(&mut command);
        Self::spawn(command)
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        Self {
            to: process.stdin.take().unwrap(),
            from: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// Tells it something, to which it answers later.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.to, "{line}").unwrap();
    }

    pub(crate) fn hear(&mut self) -> String {
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    /// What it answers.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.tell(line);
        self.hear()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program itself.
pub(crate) fn main() {
    let mut state = State::default();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = state.obey(verb, rest);
        println!(
            "{}",
            answer.unwrap_or_else(|error| format!("{:?}", error.kind()))
        );
    }
}

#[derive(Default)]
struct State {
    streams: Vec<TcpStream>,
    listeners: Vec<TcpListener>,
}

impl State {
    fn obey(&mut self, verb: &str, rest: &str) -> std::io::Result<String> {
        let address = || -> SocketAddr { rest.parse().unwrap() };
        match verb {
            "tcp" => {
                let stream = TcpStream::connect_timeout(&address(), PATIENCE)?;
                let from = stream.local_addr()?;
                self.streams.push(stream);
                Ok(from.to_string())
            }
            // From a port of the program's choice.
            "from" => {
                let (port, to) = rest.split_once(' ').unwrap();
                let to: SocketAddr = to.parse().unwrap();
                let (family, any): (_, IpAddr) = match to {
                    SocketAddr::V4(_) => (AddressFamily::INET, Ipv4Addr::UNSPECIFIED.into()),
                    SocketAddr::V6(_) => (AddressFamily::INET6, Ipv6Addr::UNSPECIFIED.into()),
                };
                let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
                set_socket_reuseaddr(&socket, true)?;
                rustix::net::bind(&socket, &SocketAddr::new(any, port.parse().unwrap()))?;
                rustix::net::connect(&socket, &to)?;
                let stream = TcpStream::from(socket);
                let from = stream.local_addr()?;
                self.streams.push(stream);
                Ok(from.to_string())
            }
            "listen" => {
                let listener = TcpListener::bind(address())?;
                let at = listener.local_addr()?;
                self.listeners.push(listener);
                Ok(at.to_string())
            }
            // Without SO_REUSEADDR, which Rust sets by itself.
            "bare" => {
                let socket = rustix::net::socket(AddressFamily::INET6, SocketType::STREAM, None)?;
                rustix::net::bind(&socket, &address())?;
                rustix::net::listen(&socket, 1)?;
                Ok("listens".to_owned())
            }
            "accept" => {
                let (stream, from) = self.listeners.last().unwrap().accept()?;
                self.streams.push(stream);
                Ok(from.to_string())
            }
            "say" => {
                self.streams.last().unwrap().write_all(rest.as_bytes())?;
                Ok("said".to_owned())
            }
            "hear" => {
                let mut heard = vec![0; rest.parse().unwrap()];
                self.streams.last().unwrap().read_exact(&mut heard)?;
                Ok(String::from_utf8(heard).unwrap())
            }
            "udp" => {
                let any = if address().is_ipv4() {
                    "0.0.0.0:0"
                } else {
                    "[::]:0"
                };
                UdpSocket::bind(any)?.send_to(b"x", address())?;
                Ok("sent".to_owned())
            }
            "unix" => {
                UnixStream::connect_addr(&UnixAddress::from_abstract_name(rest)?)?;
                Ok("connected".to_owned())
            }
            "status" => {
                let status = fs::read_to_string("/proc/self/status")?;
                let line = status.lines().find(|line| line.starts_with(rest));
                Ok(line.unwrap_or_default().to_owned())
            }
            "run" => {
                let done = Command::new("sh").args(["-c", rest]).output()?;
                let said = String::from_utf8_lossy(&done.stderr).into_owned();
                Ok(format!(
                    "{} {}",
                    done.status.success(),
                    said.replace('\n', " ")
                ))
            }
            // Goes to the network that a file stands for (setns(2)).
            "leave" => {
                let network = fs::File::open(rest)?;
                let kind = Some(LinkNameSpaceType::Network);
                move_into_link_name_space(network.as_fd(), kind)?;
                Ok("left".to_owned())
            }
            "network" => Ok(fs::read_link("/proc/self/ns/net")?.display().to_string()),
            "variable" => Ok(env::var(rest).unwrap_or_default()),
            other => panic!("`{other}` is nothing that can be done"),
        }
    }
}
