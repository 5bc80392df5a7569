//! *admit*: the roster, which the conversation's machine has checked.

use e3_session::{
    message::{Refusal, Reply},
    types::Roster,
};
use serde_bytes::ByteBuf;

use crate::agent::{Agent, fault};

impl Agent {
    pub(crate) fn admit(&mut self, roster: &Roster) -> Result<Reply, Refusal> {
        // What was staged belongs to the roster before.
        self.job = None;
        let keys = self.keys.as_ref().ok_or_else(|| fault("its keys"))?;
        self.post.admit(keys, roster)?;
        Ok(Reply::Admitted {
            roster: roster.hash(),
            signature: ByteBuf::new(),
        })
    }
}
