//! Somebody in the wide area through whose hands packets pass: who reads, changes, takes, keeps and sends them.
//!
//! Whoever stands between two sites is a function that is given each packet from the one to the other, as it would be on a
//! wire, before the path has done anything to it: when it has come, from where to where, and what is in it. What it keeps
//! it can send again, at any time and as often as it likes, changed or not. It knows nothing of what runs on the hosts but
//! what packets tell it, as everybody else on the path.
//!
//! Where nobody stands, nothing is asked of packets but whether somebody stands there.

mod passing;

use std::fmt;

pub use passing::{Carries, Fate, Passing};

use crate::conditions::ChangeError;
use crate::lab::Lab;
use crate::wan::Control;

/// What somebody does with each packet.
pub(crate) type Deed = Box<dyn FnMut(&mut Passing<'_>) -> Fate + Send>;

/// Somebody who stands between two sites, in one direction. Leaves when dropped.
pub struct Adversary {
    number: u64,
    from: usize,
    to: usize,
    control: Control,
}

impl Lab {
    /// From now on each packet from one place to another passes through these hands, before the path does anything to it;
    /// places are named by a site or by a host, which stands for its site. Where several stand there, each gets what the
    /// one before has let pass. Packets that are taken count as lost.
    ///
    /// What sites say to one another passes their NATs first: addresses are those that the wide area sees.
    ///
    /// The function runs in the thread that all packets pass: it has to be short, and what it panics about ends the lab.
    ///
    /// # Errors
    /// There is no such place, both are of one site, or the lab has ended.
    pub fn adversary(
        &self,
        from: &str,
        to: &str,
        deed: impl FnMut(&mut Passing<'_>) -> Fate + Send + 'static,
    ) -> Result<Adversary, ChangeError> {
        let (from, to) = self.ends(from, to)?;
        let control = self.wan().ok_or(ChangeError::Ended)?.control();
        let deed: Deed = Box::new(deed);
        let number = control.call(move |router| router.hands.place(from, to, deed))?;
        Ok(Adversary {
            number,
            from,
            to,
            control,
        })
    }
}

impl Adversary {
    /// Sends a packet on the way that this one stands on, as if it had just come: IP, with all its checksums, such as one
    /// that has passed ([`Passing::packet`]). It passes through no hands again.
    ///
    /// # Errors
    /// The lab has ended.
    pub fn send(&self, packet: &[u8]) -> Result<(), ChangeError> {
        let (from, to) = (self.from, self.to);
        let packet = packet.to_vec();
        Ok(self
            .control
            .call(move |router| router.slip_in(from, to, &packet))?)
    }
}

impl Drop for Adversary {
    fn drop(&mut self) {
        let number = self.number;
        // In a lab that has ended nobody stands any more.
        let _ = self.control.call(move |router| router.hands.remove(number));
    }
}

impl fmt::Debug for Adversary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adversary")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
