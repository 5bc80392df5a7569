//! A roster that changes while programs run.

use e3_forward::place::{Family, PlaceError, Wanted};
use e3_session::types::PartyIndex;

use crate::{
    program::Program,
    scene::{PORT, Scene, at, plan, resident},
};

pub(crate) fn change() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    program.ask(&format!("tcp {}", at(1, Family::V4, PORT)));
    let stays = scene.accept();

    // The last party goes, another comes in its place.
    let mut changed = plan(0, 3, Wanted::Namespace);
    changed.parties[2] = resident(7);
    "new".clone_into(&mut changed.parties[2].name);
    scene.place.change(&changed).unwrap();
    assert_eq!(scene.place.dial_table().parties[2].name, "new");
    assert_eq!(program.ask("say hello"), "said");
    let mut heard = [0; 5];
    scene.runtime.block_on(async {
        use tokio::io::AsyncReadExt as _;
        let mut stream = stays.stream;
        stream.read_exact(&mut heard).await.unwrap();
    });
    for family in [Family::V4, Family::V6] {
        program.ask(&format!("tcp {}", at(7, family, PORT)));
        assert_eq!(scene.accept().to, PartyIndex(2));
        let gone = program.ask(&format!("tcp {}", at(2, family, PORT)));
        assert_eq!(gone, "NetworkUnreachable");
    }

    let mut moved = plan(0, 3, Wanted::Namespace);
    moved.parties[0] = resident(9);
    assert!(matches!(
        scene.place.change(&moved),
        Err(PlaceError::OwnAddress)
    ));
}
