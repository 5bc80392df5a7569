//! Two links between which any carriers come, are cut, are late and are repeated: no byte is lost, doubled or out of
//! order, and all ends.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/links/world/mod.rs"]
mod world;

use world::{Step, World};

fuzz_target!(|bytes: &[u8]| {
    let Some((&[appetite, small], bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let mut world = World::new(if small & 1 == 1 {
        |settings| settings.replay = 100_000
    } else {
        |_| {}
    });
    world.set_appetite(usize::from(appetite) * 200);
    for step in bytes.chunks_exact(4).take(1000) {
        if let &[kind, who, high, low] = step {
            world.step(read(kind, who, u16::from_be_bytes([high, low])));
        }
    }
    world.settle();
    world.check_end();
});

/// A step for any four bytes.
fn read(kind: u8, who: u8, count: u16) -> Step {
    let side = who & 1 == 1;
    let which = who >> 1;
    match kind % 14 {
        0 => Step::Connect { rank: which % 3 },
        1 => Step::Accept { wire: which, side },
        2 | 3 => Step::Send {
            wire: which,
            side,
            count,
        },
        4 | 5 => Step::Arrive {
            wire: which,
            side,
            count,
        },
        6 => Step::Cut {
            wire: which,
            lose: side,
        },
        7 => Step::Notice { wire: which, side },
        8 => Step::Repeat {
            wire: which,
            side,
            rank: count.to_be_bytes()[1] % 4,
        },
        9 => Step::Wait {
            millis: count % 4000,
        },
        10 => Step::Open { side },
        11 => Step::Write {
            side,
            stream: which,
            count,
        },
        12 => Step::Take {
            side,
            stream: which,
            count,
        },
        _ if count % 8 == 0 => Step::Restart { side },
        _ if count % 2 == 0 => Step::Finish {
            side,
            stream: which,
        },
        _ => Step::Reset {
            side,
            stream: which,
        },
    }
}
