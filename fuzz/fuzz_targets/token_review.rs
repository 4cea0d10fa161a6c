//! TokenReviews: the token is the one that any reader reads, refusals quote nothing, and an answer
//! has the version that was asked and a complete status.

#![no_main]

use authz_webhook::review::{Audiences, Review, denied};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let review = match Review::parse(body) {
        Ok(review) => review,
        Err(error) => {
            // It is sent back: nothing of the body may be in it.
            assert!(error.to_string().len() < 150);
            return;
        }
    };
    let answer: Value =
        serde_json::from_slice(&denied(review.version(), "malformed")).expect("an answer is JSON");
    assert_eq!(answer["kind"], "TokenReview");
    assert_eq!(answer["status"]["authenticated"], false);
    assert_eq!(answer["status"]["error"], "malformed");
    let served = ["a".to_owned(), "b".to_owned()];
    if let Audiences::Common(common) = review.audiences(&served) {
        assert!(!common.is_empty() && common.iter().all(|one| served.contains(&(*one).to_owned())));
    }
    assert_eq!(review.audiences(&[]), Audiences::Unsaid);
    // What is passed over may be deeper, or its numbers larger, than a value holds.
    let Ok(document) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    assert_eq!(answer["apiVersion"], document["apiVersion"]);
    let token = &document["spec"]["token"];
    assert_eq!(token.as_str().unwrap_or_default(), review.token());
});
