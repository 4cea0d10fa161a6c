//! SubjectAccessReviews: whoever is believed is named by extra keys that agree, and an entry that
//! allows everything everywhere allows it.

#![no_main]

use authz_webhook::access_review::{AccessReview, allowed};
use iam_core::access_entry::{Attributes, Document};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let review = match AccessReview::parse(body) {
        Ok(review) => review,
        Err(error) => {
            // It is sent back: nothing of the body may be in it.
            assert!(error.to_string().len() < 150);
            return;
        }
    };
    // What is passed over may be deeper, or its numbers larger, than a value holds.
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(body) else {
        return;
    };
    let spec = &document["spec"];
    assert_eq!(spec["user"].as_str().unwrap_or_default(), review.user());
    let kind = match review.attributes() {
        Attributes::Resource(_) => "resourceAttributes",
        Attributes::NonResource(_) => "nonResourceAttributes",
    };
    assert!(spec[kind].is_object());
    if let Some(caller) = review.caller() {
        let canonical = caller.principal.canonical_arn();
        assert_eq!(spec["extra"]["canonicalArn"][0], canonical.as_str());
        let uid = spec["uid"].as_str().expect("a uid");
        let account = caller.principal.account();
        assert!(uid.starts_with(&format!("aws-iam-authenticator:{account}:")));
    }
    let entries = Document::parse(EVERYTHING)
        .expect("the entry is YAML")
        .entries;
    let grant = entries[0]
        .allows(&review.attributes())
        .expect("everything is allowed");
    let answer = allowed(review.version(), &grant.to_string());
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("an answer is JSON");
    assert_eq!(answer["apiVersion"], document["apiVersion"]);
    assert_eq!(answer["status"]["allowed"], true);
});

const EVERYTHING: &str = "
- principalArn: arn:aws:iam::111122223333:user/u
  accessPolicies:
  - policyArn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy
    accessScope: {type: cluster}
";
