//! What fuzz targets and experiments reach: readers of others' bytes.
#![doc(hidden)]

/// Reads any bytes as an introduction; what is read is what would be written.
pub fn introduction(bytes: &[u8]) {
    if let Some(read) = crate::introduction::Introduced::read(bytes) {
        assert_eq!(read.bytes(), bytes);
    }
}

/// Reads any line as one of the stock program's.
pub fn line(text: &str) {
    let _ = crate::log::Event::read(text);
}
