//! Who may use the relay: whoever shows its token.

use std::fmt;

use iroh_relay::server::{Access, AccessControl, ClientRequest};

/// Lets in who has the token; it tells nobody what was wrong with another one.
pub(super) struct Tokens {
    wanted: String,
}

impl Tokens {
    pub(super) fn new(wanted: String) -> Self {
        Self { wanted }
    }

    fn is_right(&self, shown: &str) -> bool {
        same(self.wanted.as_bytes(), shown.as_bytes())
    }
}

/// Whether both are the same; how long it takes says nothing of where they differ.
fn same(wanted: &[u8], shown: &[u8]) -> bool {
    let differences = wanted
        .iter()
        .zip(shown)
        .fold(0, |all, (a, b)| all | (a ^ b));
    wanted.len() == shown.len() && differences == 0
}

impl AccessControl for Tokens {
    async fn on_connect(&self, request: &ClientRequest) -> Access {
        let shown = request.auth_token();
        if shown.is_some_and(|shown| self.is_right(&shown)) {
            return Access::Allow;
        }
        let reason = Some("this relay is for those who have its token".to_owned());
        Access::Deny { reason }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_right() {
        let tokens = Tokens::new("0123".to_owned());
        assert!(tokens.is_right("0123"));
        for wrong in ["", "012", "01234", "0124", "1123"] {
            assert!(!tokens.is_right(wrong), "{wrong}");
        }
    }
}
