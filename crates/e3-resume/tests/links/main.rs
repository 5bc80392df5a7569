//! Two links over carriers that are cut, reordered and repeated: no byte is lost, doubled or out of order.

use proptest::{collection::vec, prelude::*};

mod ends;
mod liars;
mod world;

use world::{Step, World};

fn steps(restarts: bool) -> impl Strategy<Value = Step> {
    let wire = || any::<u8>();
    let side = || any::<bool>();
    // Many messages are small, some pieces of streams are not.
    let count = || prop_oneof![0..40_u16, 0..2000_u16, 0..u16::MAX];
    prop_oneof![
        4 => (0..3_u8).prop_map(|rank| Step::Connect { rank }),
        10 => (wire(), side()).prop_map(|(wire, side)| Step::Accept { wire, side }),
        30 => (wire(), side(), count()).prop_map(|(wire, side, count)| Step::Send { wire, side, count }),
        30 => (wire(), side(), count()).prop_map(|(wire, side, count)| Step::Arrive { wire, side, count }),
        3 => (wire(), any::<bool>()).prop_map(|(wire, lose)| Step::Cut { wire, lose }),
        3 => (wire(), side()).prop_map(|(wire, side)| Step::Notice { wire, side }),
        2 => (wire(), side(), 0..4_u8).prop_map(|(wire, side, rank)| Step::Repeat { wire, side, rank }),
        4 => (0..4000_u16).prop_map(|millis| Step::Wait { millis }),
        3 => side().prop_map(|side| Step::Open { side }),
        20 => (side(), wire(), count()).prop_map(|(side, stream, count)| Step::Write { side, stream, count }),
        15 => (side(), wire(), count()).prop_map(|(side, stream, count)| Step::Take { side, stream, count }),
        1 => (side(), wire()).prop_map(|(side, stream)| Step::Finish { side, stream }),
        1 => (side(), wire()).prop_map(|(side, stream)| Step::Reset { side, stream }),
        1 => side().prop_map(move |side| if restarts { Step::Restart { side } } else { Step::Open { side } }),
    ]
}

fn run(steps: Vec<Step>, appetite: usize, small: bool) {
    let mut world = World::new(if small {
        |settings| settings.replay = 100_000
    } else {
        |_| {}
    });
    world.set_appetite(appetite);
    for step in steps {
        world.step(step);
    }
    world.settle();
    world.check_end();
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20_000, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn whatever_carriers_do(
        steps in vec(steps(false), 0..400),
        appetite in prop_oneof![Just(0), 0..10_000_usize, Just(usize::MAX)],
        small in any::<bool>(),
    ) {
        run(steps, appetite, small);
    }

    #[test]
    fn whoever_is_restarted(steps in vec(steps(true), 0..400), appetite in 0..10_000_usize) {
        run(steps, appetite, false);
    }
}
