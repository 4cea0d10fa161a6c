//! ARNs, principals and the keys of mappings.

#![no_main]

use iam_core::arn::Arn;
use iam_core::cluster::ClusterArn;
use iam_core::principal::{Principal, PrincipalKey, RoleArn, UserArn};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let arn = text.parse::<Arn>();
    if let Ok(arn) = &arn {
        assert_eq!(arn.to_string(), text);
    }
    if let Ok(cluster) = text.parse::<ClusterArn>() {
        assert_eq!(cluster.to_string(), text);
    }
    principal(text, arn.is_ok());
    mapping(text);
});

fn principal(text: &str, is_arn: bool) {
    let Ok(principal) = text.parse::<Principal>() else {
        return;
    };
    assert!(is_arn);
    assert_eq!(principal.to_string(), text);
    let canonical = principal.canonical_arn();
    let again: Principal = canonical
        .parse()
        .expect("a canonical ARN is one of a principal");
    assert_eq!(again.canonical_arn(), canonical);
    assert_eq!(again.key(), principal.key());
    assert_eq!(PrincipalKey::of_mapped_arn(&canonical), Ok(principal.key()));
    assert_eq!(principal.key().to_string(), canonical.to_ascii_lowercase());
}

fn mapping(text: &str) {
    let key = PrincipalKey::of_mapped_arn(text);
    assert_eq!(
        PrincipalKey::of_mapped_arn(&text.to_ascii_uppercase()).ok(),
        key.clone().ok()
    );
    let role = PrincipalKey::of_role_arn(text).ok();
    let user = PrincipalKey::of_user_arn(text).ok();
    assert!(role.is_none() || user.is_none());
    assert_eq!(role.clone().or_else(|| user.clone()), key.ok());
    if let Ok(arn) = text.parse::<RoleArn>() {
        assert_eq!((arn.to_string().as_str(), Some(arn.key())), (text, role));
    }
    if let Ok(arn) = text.parse::<UserArn>() {
        assert_eq!((arn.to_string().as_str(), Some(arn.key())), (text, user));
    }
}
