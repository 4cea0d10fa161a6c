//! Tokens as a server receives them: whatever is read is written again as the same request.

#![no_main]

use std::sync::LazyLock;

use iam_core::partition::Partition;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;
use libfuzzer_sys::fuzz_target;

static HOSTS: LazyLock<StsHosts> = LazyLock::new(|| StsHosts::of(Partition::Aws, &[]));

fuzz_target!(|text: &str| {
    match Token::parse(text, &HOSTS) {
        Ok(request) => {
            let minted = Token::mint(&request);
            // Parameters may come in another order, but nothing is added, dropped or respelled.
            assert_eq!(minted.expose().len(), text.len());
            assert_eq!(Token::parse(minted.expose(), &HOSTS), Ok(request));
        }
        Err(fault) => assert!(fault.to_string().len() < 1500),
    }
});
