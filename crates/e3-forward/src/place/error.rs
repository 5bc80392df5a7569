//! Why there is no place.

/// A program cannot be given a place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It is not there yet.
    #[error("places are not finished")]
    Unfinished,
}
