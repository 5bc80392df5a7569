//! Two parties behind NATs that give each peer another port: nothing but the relay connects them, and that is told.

use serde_json::Value;

use crate::support::workshop::Workshop;

/// Neither can say where it will be met, so that neither lets the other in.
const ENVIRONMENT: &str = "\
overlay = \"wireguard\"

[hosts.home]
region = \"fra1\"
nat = \"symmetric\"

[hosts.phone]
region = \"lon1\"
nat = \"symmetric\"

[program]
path = \"program.py\"
";

/// Both put in a number, and learn the sum.
const PROGRAM: &str = "
from mpyc.runtime import mpc

async def main():
    await mpc.start()
    secint = mpc.SecInt()
    print('total', int(await mpc.output(mpc.sum(mpc.input(secint(mpc.pid + 20))))))
    await mpc.shutdown()

mpc.run(main())
";

/// The only pair, as a record has it.
#[track_caller]
fn pair(record: &Value) -> &Value {
    let [link] = &record["links"].as_array().unwrap()[..] else {
        panic!("not one pair: {record:#}");
    };
    link
}

#[test]
fn two_symmetric_nats_meet_over_wireguard_by_its_relay_alone() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", PROGRAM);

    // The relay is what connects them: without it nothing does, and it is said which pair.
    let refused = workshop
        .e3(&["run", "--set", "wireguard.relay=none"])
        .refused();
    for said in ["home", "phone", "does not answer"] {
        assert!(refused.err.contains(said), "{said}: {}", refused.err);
    }

    workshop.e3(&["up"]).succeeded();
    let ran = workshop.e3(&["run"]).succeeded();
    assert!(ran.out.contains("relayed by relay"), "{ran:#?}");
    let record = workshop.record();
    assert_eq!(record["outcome"]["same"], "total 41\n", "{record:#}");

    let probed = workshop.e3(&["run", "--probe", "all-to-all", "--json"]);
    let record = probed.succeeded().json();
    let link = pair(&record);
    assert_eq!(
        (&link["path"], &link["via"], &link["transport"]),
        (&"relayed".into(), &"relay".into(), &"wireguard/udp".into()),
        "{link:#}"
    );
    for bytes in ["bytes_there", "bytes_back"] {
        assert!(link[bytes].as_u64() > Some(10_000), "{link:#}");
    }

    // It stays so, however long they look for another way, and whoever asks sees it.
    let pinged = workshop.e3(&["ping", "home", "phone", "--timeout", "2s"]);
    assert_eq!(pinged.code, 1, "{pinged:#?}");
    for said in [
        "relayed by relay over wireguard/udp in ",
        "no direct path within 2.00 s",
    ] {
        assert!(pinged.out.contains(said), "{pinged:#?}");
    }
    let status = workshop.e3(&["status"]).succeeded().out;
    assert!(status.contains("relayed by relay"), "{status}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
