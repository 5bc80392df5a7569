//! Connections of a peer whose first two bytes have to say who it is, said in any pieces, over carriers that come and go:
//! what is let through says it, what is refused does not, and whoever was judged once is judged so for ever.

#![no_main]

#[path = "../src/scene.rs"]
mod scene;

use e3_session::types::PartyIndex;
use libfuzzer_sys::fuzz_target;
use scene::Scene;

fuzz_target!(|bytes: &[u8]| {
    let Some((&index, script)) = bytes.split_first_chunk() else {
        return;
    };
    let mut scene = Scene::new(PartyIndex(u16::from_le_bytes(index)));
    let mut script = script.iter().copied();
    while let Some(step) = script.next() {
        let (which, count) = (usize::from(step >> 3 & 1), usize::from(step >> 4));
        match step & 7 {
            0..3 => scene.write(which, &script.by_ref().take(count).collect::<Vec<_>>()),
            3 => scene.finish(which),
            4 | 5 => scene.to_us(count * count + 1),
            6 => scene.to_peer(count * count + 1),
            _ => scene.cut(count),
        }
        scene.judge();
    }
    scene.settle();
});
