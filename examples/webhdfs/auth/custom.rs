//! CUSTOM: a provider of passwords. This one is a file in clear, which is for trying out.

use std::path::Path;
use std::sync::Arc;

use bailiwick::authn::{PasswordVerifier, Plain, StoredPasswords, VerifyError};
use bailiwick::identity::{Password, UserName};
use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The lines `USER:PASSWORD` of a file, read at each login: a file that cannot be read is a failure, never a refusal. To
/// change it, put another in its place: who is not in what is half written is refused.
pub fn plain(file: &Path) -> Result<Plain, String> {
    let error =
        |error: &dyn std::fmt::Display| format!("--auth-password-file {}: {error}", file.display());
    std::fs::read_to_string(file).map_err(|cause| error(&cause))?;
    let mut key = [0; 64];
    getrandom::fill(&mut key).map_err(|cause| error(&cause))?;
    Ok(Plain::verified(verifier(file.into(), key)))
}

type Digest = CtOutput<Hmac<Sha256>>;

fn verifier(file: Arc<Path>, key: [u8; 64]) -> impl PasswordVerifier + 'static {
    // Of equal length whatever the password, so that comparing two takes the same time for all.
    let digest = move |password: &[u8]| -> Digest {
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(password);
        mac.finalize()
    };
    let nobody = digest(&key);
    let find = move |user: &UserName| {
        // The task that serves the request waits for the disk; others go on. That needs a runtime of several threads.
        let text = tokio::task::block_in_place(|| std::fs::read_to_string(&file))
            .map(Password::new)
            .map_err(|cause| VerifyError::unavailable(format!("{}: {cause}", file.display())))?;
        let mut found = None;
        // Every line, so that the time does not tell where somebody stands.
        for line in text.as_str().lines() {
            if let Some((name, password)) = line.split_once(':') {
                let record = digest(password.as_bytes());
                if name == user.as_str() {
                    found = Some(record);
                }
            }
        }
        Ok(found)
    };
    let matches =
        move |record: &Digest, password: &Password| *record == digest(password.as_str().as_bytes());
    StoredPasswords::new(find, matches, nobody)
}
