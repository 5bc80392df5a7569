//! Bytes, from the first to the last.

use crate::CertificateError;

/// What is left to read of some bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte, which stays.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    pub(crate) fn byte(&mut self, of: &'static str) -> Result<u8, CertificateError> {
        let (first, rest) = self
            .0
            .split_first()
            .ok_or(CertificateError::Malformed(of))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn take(
        &mut self,
        count: usize,
        of: &'static str,
    ) -> Result<&'a [u8], CertificateError> {
        let taken = self.0.split_at_checked(count);
        let (taken, rest) = taken.ok_or(CertificateError::Malformed(of))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn end(&self, of: &'static str) -> Result<(), CertificateError> {
        if self.is_empty() {
            return Ok(());
        }
        Err(CertificateError::Malformed(of))
    }
}

/// Bytes of a fixed number.
pub(crate) fn exactly<const N: usize>(
    bytes: &[u8],
    of: &'static str,
) -> Result<[u8; N], CertificateError> {
    bytes
        .try_into()
        .map_err(|_| CertificateError::Malformed(of))
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8], of: &'static str) -> Result<String, CertificateError> {
    let text = str::from_utf8(bytes).map_err(|_| CertificateError::Malformed(of))?;
    Ok(text.to_owned())
}
