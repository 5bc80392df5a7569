//! The attacks.

mod authority_stolen;
mod bytes_changed;
mod downgrade;
mod hostile_coordinator;
mod member_impersonates;
mod opened_later;
mod outsider_connects;
mod outsider_joins;
mod replayed_later;
mod replayed_now;
mod revoked_returns;
mod split_roster;

use e3_evaluate::finding::Attack;

pub use hostile_coordinator::Falsehood;

use crate::{
    conduct::Order,
    outcome::{Notes, Outcome},
};

/// Those that there is an experiment of.
pub const WRITTEN: [Attack; 12] = [
    Attack::OutsiderConnects,
    Attack::OutsiderJoins,
    Attack::MemberImpersonates,
    Attack::SplitRoster,
    Attack::BytesChanged,
    Attack::ReplayedNow,
    Attack::ReplayedLater,
    Attack::RevokedReturns,
    Attack::AuthorityStolen,
    Attack::Downgrade,
    Attack::HostileCoordinator,
    Attack::OpenedLater,
];

/// Tries an attack on the subject of this process.
pub(crate) async fn attempt(order: &Order) -> anyhow::Result<Outcome> {
    let mut notes = Notes::default();
    match order.attack {
        Attack::OutsiderConnects => outsider_connects::attempt(&mut notes).await?,
        Attack::OutsiderJoins => outsider_joins::attempt(&mut notes).await?,
        Attack::MemberImpersonates => member_impersonates::attempt(&mut notes).await?,
        Attack::SplitRoster => split_roster::attempt(&mut notes, order.credulous).await?,
        Attack::BytesChanged => bytes_changed::attempt(&mut notes).await?,
        Attack::ReplayedNow => replayed_now::attempt(&mut notes).await?,
        Attack::ReplayedLater => replayed_later::attempt(&mut notes).await?,
        Attack::RevokedReturns => revoked_returns::attempt(&mut notes).await?,
        Attack::AuthorityStolen => return authority_stolen::attempt(notes).await,
        Attack::Downgrade => downgrade::attempt(&mut notes).await?,
        Attack::HostileCoordinator => {
            return hostile_coordinator::attempt(notes, order.falsehoods).await;
        }
        Attack::OpenedLater => opened_later::attempt(&mut notes).await?,
    }
    Ok(notes.conclude())
}
