//! Python's web server, tested over a home's NAT and a bad line.

use e3_lab::{Change, Lab, Nat, Site, Topology};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    e3_lab::enter_or_exit()?; // without root, and before any thread
    let office = Site::new("office", "ams3").hosts(["server"]);
    let home = Site::new("home", "sgp1").hosts(["client"]);
    let home = home.nat(Nat::symmetric());
    let lab = Lab::build(&Topology::new([office, home]))?;
    lab.set_path("office", "home", Change::loss(0.02))?;

    let serve = "exec python3 -m http.server 80";
    let fetch = "from urllib.request import urlopen; urlopen('http://server/')";
    let fetch = format!("sleep 1; exec python3 -c \"{fetch}\"");
    lab.shell("server", serve)?.spawn()?;
    assert!(lab.shell("client", &fetch)?.status()?.success());
    println!("{:?}", lab.traffic("office", "home"));
    Ok(())
}
