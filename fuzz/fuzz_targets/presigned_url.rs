//! Presigned URLs, without the base64 around them: one spelling for each request.

#![no_main]

use std::sync::LazyLock;

use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::StsHosts;
use libfuzzer_sys::fuzz_target;

static HOSTS: LazyLock<StsHosts> = LazyLock::new(StsHosts::of_every_partition);

fuzz_target!(|url: &str| {
    match PresignedRequest::parse(url, &HOSTS) {
        Ok(request) => {
            let written = request.url();
            assert_eq!(sorted_pairs(&written), sorted_pairs(url));
            assert_eq!(
                PresignedRequest::parse(&written, &HOSTS),
                Ok(request.clone())
            );
            assert!(written.starts_with(&format!("https://{}/?", request.host().name())));
            assert!(request.check_window(request.date().instant()).is_ok());
            assert!(request.check_window(request.expires_at()).is_ok());
        }
        Err(fault) => assert!(fault.to_string().len() < 1500),
    }
});

fn sorted_pairs(url: &str) -> Vec<&str> {
    let mut pairs: Vec<&str> = url.split(['?', '&']).collect();
    pairs.sort_unstable();
    pairs
}
