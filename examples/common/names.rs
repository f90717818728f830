//! Names of volunteers, which are nobody's business.

use sha2::{Digest, Sha256};

/// The first 12 hexadecimal digits of the name's SHA-256.
#[must_use]
pub fn hashed(name: &str) -> String {
    Sha256::digest(name).iter().take(6).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
