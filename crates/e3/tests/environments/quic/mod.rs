//! Whole commands over overlay `quic`: programs notice nothing of what happens to their network.

mod addresses;
mod elsewhere;
mod frameworks;
mod lasting;
mod leaving;
mod noticing;
mod place;
mod port;
mod serving;

use serde_json::Value;

use crate::support::{going::Going, workshop::Workshop};

/// Three parties of whom two can reach one another by a relay alone: what a port-restricted NAT lets in depends on the port
/// that it has sent to, and a symmetric one has another port for each.
const ENVIRONMENT: &str = "\
overlay = \"quic\"
order = [\"ams\", \"phone\", \"home\"]

[hosts.ams]
region = \"ams3\"

[hosts.phone]
region = \"lon1\"
nat = \"symmetric\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[program]
path = \"program.py\"
timeout = \"4 min\"
";

/// Rounds of the program; each takes a round trip and a pause.
const ROUNDS: u64 = 120;

/// Every party puts in a number each round, and all learn the sum: what comes out is known beforehand.
const PROGRAM: &str = "
import asyncio, sys, time
from mpyc.runtime import mpc

async def main():
    await mpc.start()
    secint = mpc.SecInt()
    total, longest, last = 0, 0, time.time()
    for i in range(ROUNDS):
        total += int(await mpc.output(mpc.sum(mpc.input(secint(i + mpc.pid)))))
        if i == 10:
            print('begun', flush=True)
        await asyncio.sleep(0.03)
        last, longest = time.time(), max(longest, time.time() - last)
    print('total', total)
    print('longest pause', longest, file=sys.stderr, flush=True)
    await mpc.shutdown()

mpc.run(main())
";

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put(
        "program.py",
        &PROGRAM.replace("ROUNDS", &ROUNDS.to_string()),
    );
    workshop
}

/// Waits until every party has begun.
fn all_begun(run: &mut Going) {
    for host in ["ams", "phone", "home"] {
        run.until(&format!("{host} | begun"));
    }
}

/// The outcome is the right one, for all.
#[track_caller]
fn right(record: &Value) {
    // Parties 0, 1 and 2 put in i, i + 1 and i + 2 in round i.
    let total: u64 = (0..ROUNDS).map(|i| 3 * i + 3).sum();
    let expected = format!("begun\ntotal {total}\n");
    assert_eq!(record["outcome"]["same"], expected, "{record:#}");
    assert_eq!(record["failure"], Value::Null);
}
