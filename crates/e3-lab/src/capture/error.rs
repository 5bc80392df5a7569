//! Why packets cannot be captured.

use std::io;

use crate::conditions::ChangeError;
use crate::error::LabError;

/// Why packets cannot be captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// No point was named.
    #[error(
        "nothing to capture: name a host, `SITE:inside`, `SITE:outside`, `wide-area` or a pair such as `ams3–sgp1`"
    )]
    NoPoint,
    /// There is no such place, or a pair that is none.
    #[error(transparent)]
    Place(#[from] ChangeError),
    /// A site is no point by itself.
    #[error("`{site}` is a site: say `{site}:inside`, `{site}:outside`, or one of its hosts")]
    NoSide {
        /// The site.
        site: String,
    },
    /// A side that a router does not have.
    #[error("a router has no side `{side}`: expected `{site}:inside` or `{site}:outside`")]
    UnknownSide {
        /// The site.
        site: String,
        /// What was said.
        side: String,
    },
    /// There is no wide area in a lab of one site.
    #[error("this lab has one site, and so no wide area; capture at a host, or inside the site")]
    NoWideArea,
    /// The kernel does not show the packets.
    #[error(transparent)]
    Socket(#[from] LabError),
    /// There is no thread to write the file.
    #[error("cannot start a thread to write what is captured: {0}")]
    Thread(io::Error),
}
