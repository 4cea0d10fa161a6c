//! Entries as they stand on the disk.

use proptest::option;
use proptest::prelude::*;

use super::super::entry::Times;
use super::*;

fn times<K: Kind>(kind: &K, value: &K::Value, now: SystemTime) -> Times {
    Times::new::<K>(kind.life(value, now).unwrap(), 1).unwrap()
}

fn entry() -> String {
    let host = host("us-west-2");
    let tokens = Tokens { host: &host };
    let signed = signed(start(), "us-west-2");
    let text = tokens.encode(&key(), &signed, &times(&tokens, &signed, start()));
    String::from_utf8(text.unwrap().to_vec()).unwrap()
}

fn is_read(text: &str) -> bool {
    let host = host("us-west-2");
    Tokens { host: &host }
        .decode(&key(), text.as_bytes())
        .is_ok()
}

proptest! {
    #[test]
    fn credentials_are_read_as_they_were_written(
        secret in "[!-~]{1,256}",
        session_token in option::of("[!-~]{1,2000}"),
        life in 1_u64..40_000,
        seed: u64,
    ) {
        let written = Credentials {
            secret_access_key: secret.parse().unwrap(),
            session_token: session_token.map(|text| text.parse().unwrap()),
            expiry: Some(start() + Duration::from_secs(life)),
            ..credentials()
        };
        let life = RoleCredentials.life(&written, start()).unwrap();
        let times = Times::new::<RoleCredentials>(life, seed).unwrap();
        let text = RoleCredentials.encode(&key(), &written, &times).unwrap();
        let (read, read_times) = RoleCredentials.decode(&key(), &text).unwrap();
        prop_assert_eq!(texts(&read), texts(&written));
        prop_assert_eq!(read.expiry, written.expiry);
        prop_assert_eq!(read_times, times);
    }

    #[test]
    fn tokens_are_read_as_they_were_written(seconds in 0_u64..2_000_000_000, seed: u64) {
        let at = UNIX_EPOCH + Duration::from_secs(seconds);
        // A region younger than the list of regions.
        for region in ["us-west-2", "eu-north-9", "cn-north-1"] {
            let host = host(region);
            let tokens = Tokens { host: &host };
            let written = signed(at, region);
            let times = Times::new::<Tokens<'_>>(tokens.life(&written, at).unwrap(), seed).unwrap();
            let text = tokens.encode(&key(), &written, &times).unwrap();
            prop_assert_eq!(tokens.decode(&key(), &text), Ok((written, times)));
        }
    }

    #[test]
    fn bytes_that_are_no_entry_are_never_believed(bytes: Vec<u8>) {
        let host = host("us-west-2");
        let token = Tokens { host: &host }.decode(&key(), &bytes);
        prop_assert!(token.is_err());
        let credentials = RoleCredentials.decode(&key(), &bytes);
        prop_assert!(credentials.is_err());
    }
}

#[test]
fn an_entry_says_what_it_is() {
    let token = signed(start(), "us-west-2").token;
    let key = key();
    assert_eq!(
        entry(),
        format!(
            "{{\"apiVersion\":\"token-exec/v1\",\"kind\":\"Token\",\"key\":\"{key}\",\
             \"signedAt\":\"2023-11-14T22:13:20Z\",\"refreshAfter\":\"2023-11-14T22:24:31Z\",\
             \"expiration\":\"2023-11-14T22:27:20Z\",\"token\":\"{}\"}}\n",
            token.expose()
        )
    );
}

#[test]
fn an_entry_that_differs_in_anything_is_not_read() {
    let entry = entry();
    assert!(is_read(&entry));
    for (from, to) in [
        ("token-exec/v1", "token-exec/v2"),
        ("\"Token\"", "\"Credentials\""),
        ("\"Token\"", "\"token\""),
        ("\"apiVersion\":\"token-exec/v1\",", ""),
        ("\"key\":\"", "\"key\":\"0"),
        ("22:13:20Z", "22:13:21Z"),
        ("22:24:31Z", "later"),
        ("22:24:31Z", "22:24:74Z"),
        ("\"refreshAfter\"", "\"refresh_after\""),
        ("}\n", ",\"more\":1}"),
        ("}\n", ",\"kind\":\"Token\"}"),
        ("}\n", "}{}"),
        ("}\n", "} x"),
        ("k8s-aws-v1.", "k8s-aws-v2."),
        ("k8s-aws-v1.", "k8s-aws-v1.A"),
        ("\"token\":\"", "\"token\":null,\"t\":\""),
    ] {
        let changed = entry.replacen(from, to, 1);
        assert_ne!(changed, entry, "{from}");
        assert!(!is_read(&changed), "{from} became {to}");
    }
}

#[test]
fn an_entry_cut_off_anywhere_is_not_read() {
    let entry = entry();
    for length in 0..entry.len() - 1 {
        assert!(!is_read(entry.get(..length).unwrap()), "{length} bytes");
    }
}

#[test]
fn a_token_for_another_host_or_time_is_not_read() {
    let times = |signed_at| {
        let life = entry::Life {
            made_at: signed_at,
            expiration: signed_at + Duration::from_mins(14),
        };
        Times::new::<Tokens<'_>>(life, 1).unwrap()
    };
    let host = host("us-west-2");
    let tokens = Tokens { host: &host };
    for (token, signed_at, is_read) in [
        (signed(start(), "us-west-2"), start(), true),
        (signed(start(), "us-east-1"), start(), false),
        (signed(start(), "cn-north-1"), start(), false),
        (
            signed(start(), "us-west-2"),
            start() + Duration::from_secs(1),
            false,
        ),
    ] {
        let text = tokens.encode(&key(), &token, &times(signed_at)).unwrap();
        assert_eq!(
            tokens.decode(&key(), &text).is_ok(),
            is_read,
            "{signed_at:?}"
        );
    }
}

#[test]
fn an_entry_that_claims_to_live_too_long_is_not_served() {
    use super::super::entry::State;
    let minutes = |minutes| start() + Duration::from_mins(minutes);
    for (made_at, expiration, state) in [
        (start(), minutes(14), State::Good),
        (start(), minutes(15), State::Good),
        (start(), minutes(16), State::Over),
        (minutes(1), minutes(15), State::Over),
        (minutes(20), minutes(14), State::Over),
        (start(), start(), State::Over),
    ] {
        let life = entry::Life {
            made_at,
            expiration,
        };
        let times = Times::new::<Tokens<'_>>(life, 1).unwrap();
        assert_eq!(times.state::<Tokens<'_>>(start()), state, "{life:?}");
    }
}

#[test]
fn what_is_wrong_with_an_entry_is_said_without_its_text() {
    let key = key();
    for text in [
        format!("{{\"secretAccessKey\":{{\"{SECRET}\":1}}}}"),
        format!("\"{SECRET}\""),
        format!("{{\"{SECRET}\":1}}"),
        format!("{{\"apiVersion\":{{\"{SECRET}\":1}}}}"),
    ] {
        let corrupt = RoleCredentials
            .decode(&key, text.as_bytes())
            .map(|_| ())
            .unwrap_err();
        assert!(
            matches!(corrupt, entry::Corrupt::Json { .. }),
            "{corrupt:?}"
        );
        assert!(
            !format!("{corrupt} {corrupt:?}").contains(SECRET),
            "{corrupt}"
        );
    }
}
