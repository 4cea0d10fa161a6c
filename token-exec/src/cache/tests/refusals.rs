//! A client that asks again was refused: client-go runs the plugin again after a 401.

use super::lines::lines_of;
use super::*;

#[test]
fn the_same_client_is_not_served_twice_with_the_same_token() {
    let world = World::new();
    assert_eq!(world.token_for(parent(1)), 0);
    assert_eq!(world.at(10).token_for(parent(2)), 0);
    // Client 2 was refused; client 1, which runs on, is not concerned.
    let (signed_at, lines) = lines_of(|| world.at(11).token_for(parent(2)));
    assert_eq!(signed_at, 11);
    let again = "DEBUG the client was served with this before: fetching afresh";
    // Once before the lock is taken and once after.
    assert_eq!(lines, [again, again]);
    assert_eq!(world.at(12).token_for(parent(3)), 11);
    assert_eq!(world.at(13).token_for(parent(1)), 11);
    assert_eq!(world.at(14).token_for(parent(1)), 14);
    assert_eq!(world.fetched.get(), 3);
}

#[test]
fn the_client_that_a_token_was_signed_for_was_served_with_it() {
    let world = World::new();
    assert_eq!(world.token_for(parent(1)), 0);
    assert_eq!(world.at(1).token_for(parent(1)), 1);
    assert_eq!(world.at(2).token_for(parent(1)), 2);
}

#[test]
fn a_due_token_counts_as_served_only_to_whom_it_is_served() {
    let world = World::new();
    assert_eq!(world.token_for(parent(1)), 0);
    world.at(780);
    assert_eq!(world.ask_token(Refresh::Early, parent(2), false), Ok(0));
    assert_eq!(
        world.ask_token(Refresh::Early, parent(2), false),
        Err(Failure)
    );
    assert_eq!(world.ask_token(Refresh::Early, parent(3), false), Ok(0));
}

#[test]
fn another_process_with_the_same_id_is_another_client() {
    let world = World::new();
    assert_eq!(world.token_for(Some(Parent::new(9, 100))), 0);
    assert_eq!(world.at(1).token_for(Some(Parent::new(9, 200))), 0);
    assert_eq!(world.at(2).token_for(Some(Parent::new(9, 200))), 2);
}

#[test]
fn who_names_no_client_is_served_as_often_as_it_asks() {
    let world = World::new();
    for seconds in 0..5 {
        assert_eq!(world.at(seconds).token_for(None), 0);
    }
}

#[test]
fn credentials_made_for_a_client_are_not_to_blame_for_its_refusal() {
    let world = World::new();
    assert!(world.credentials_for(parent(1)));
    assert!(
        !world.at(1).credentials_for(parent(1)),
        "the token is signed afresh"
    );
    assert!(
        world.at(2).credentials_for(parent(1)),
        "and was refused again"
    );
    assert!(!world.at(3).credentials_for(parent(2)));
    assert!(
        world.at(4).credentials_for(parent(2)),
        "kept ones may be revoked"
    );
}

#[test]
fn a_client_whose_token_ends_is_served_with_the_same_credentials() {
    let world = World::new();
    assert!(world.credentials_for(parent(1)));
    // client-go asks after 14 minutes, kube-rs after 13, the Python client after 9.
    for seconds in [1, 841, 841 + 780, 841 + 780 + 540] {
        assert!(!world.at(seconds).credentials_for(parent(1)), "{seconds}");
    }
    assert!(world.at(841 + 780 + 540 + 539).credentials_for(parent(1)));
}

#[test]
fn who_cannot_be_noted_is_not_served_from_the_cache() {
    let world = World::new();
    assert_eq!(world.token_for(None), 0);
    std::fs::create_dir(world.file(".served")).unwrap();
    assert_eq!(world.at(1).token_for(parent(1)), 1);
    assert_eq!(world.at(2).token_for(parent(2)), 2);
    std::fs::remove_dir(world.file(".served")).unwrap();
    assert_eq!(world.at(3).token_for(parent(3)), 2);
}

#[test]
fn a_record_that_is_garbage_forgets_but_never_fails() {
    let world = World::new();
    assert_eq!(world.token_for(parent(1)), 0);
    std::fs::write(world.file(".served"), "garbage").unwrap();
    assert_eq!(world.at(1).token_for(parent(1)), 0);
    assert_eq!(world.at(2).token_for(parent(1)), 2);
}

#[test]
fn only_who_is_known_to_have_been_served_counts_as_refused() {
    let world = World::new();
    let fetched_for = |client: Option<Parent>| {
        let clock = world.clock();
        let ask = ask(&clock, Refresh::Early, client);
        let mut found = None;
        let token = world
            .cache
            .token(&key(), &host("us-west-2"), &ask, |client| {
                found = Some(client);
                Ok::<_, Failure>(signed(world.now.get(), "us-west-2"))
            });
        assert!(token.is_ok());
        found
    };
    assert_eq!(fetched_for(parent(1)), Some(Client::Content));
    assert_eq!(fetched_for(parent(2)), None);
    assert_eq!(fetched_for(parent(2)), Some(Client::Refused));
    std::fs::remove_file(world.file(".served")).unwrap();
    std::fs::create_dir(world.file(".served")).unwrap();
    assert_eq!(fetched_for(parent(3)), Some(Client::Content));
}
