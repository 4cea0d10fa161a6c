//! `inspect` reads anything, and agrees with the strict reader about what is sound.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iam_core::inspect::inspect;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;
use libfuzzer_sys::fuzz_target;

static HOSTS: LazyLock<StsHosts> = LazyLock::new(StsHosts::of_every_partition);

fuzz_target!(|text: &str| {
    check(text);
    // So that the fuzzer need not find its way through base64.
    if text.starts_with("https://") {
        check(&token_of(text.as_bytes()));
    }
});

fn check(text: &str) {
    let inspection = inspect(text, now());
    let strict = Token::parse(text, &HOSTS).and_then(|request| request.check_window(now()));
    assert_eq!(inspection.faults.first(), strict.as_ref().err());
    assert_eq!(inspection.token_bytes, text.len());
    // A bounded number of lines, whatever comes in.
    assert!(inspection.faults.len() <= 40);
}

/// Minutes after the tokens among the seeds were signed.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_682_640_300)
}

fn token_of(url: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut token = Token::PREFIX.to_owned();
    for chunk in url.chunks(3) {
        let mut bits = 0_u32;
        for index in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(index).copied().unwrap_or(0));
        }
        for index in 0..=chunk.len() {
            token.push(char::from(
                ALPHABET[(bits >> (18 - 6 * index) & 63) as usize],
            ));
        }
    }
    token
}
