//! Who talks with whom, when and how much, by headers, sizes and times alone.
//!
//! The method: programs say things to one another in a pattern that is known, each pair in its own. What an observer sees
//! becomes *traces*, one for each pair of parties and each way in which their words may have passed it: the bytes from the
//! one's address to the other's in every 50 ms; or, through somebody who is no party, of the bytes from the one to him and
//! of those from him to the other a little later, the fewer. Each trace is compared with what each pair said, by Pearson's
//! correlation, delayed by up to a second. Whether a figure is more than chance, a permutation test tells: what was said is
//! shuffled 199 times, in blocks of half a second; each time the greatest correlation of all traces with all pairs is taken,
//! and the threshold is the second of these from above, so that of true orders that have nothing to do with the traces one
//! in a hundred would exceed it. A pair is told where a trace of it exceeds the threshold, and is like no other pair's words
//! more.

mod bins;
mod calibrated;
mod drawn;
mod flows;
mod judge;

pub use bins::{Bins, Series};
pub use calibrated::Calibrated;
use drawn::Drawn;
pub use flows::{Flows, Volume};
pub use judge::{Judgement, Pair, Parties, Path, Said, Sum, judge};
