//! Tokens of real clients, read and written again letter by letter.

use iam_core::partition::Partition;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;

use crate::support::{PresignedUrl, signed_at_plus};

#[test]
fn tokens_of_botocore_are_read_and_written_letter_by_letter() {
    let hosts = StsHosts::of(Partition::Aws, &[]);
    for (token, region, session_token) in [
        (BOTOCORE_PERMANENT, "us-west-2", None),
        (BOTOCORE_TEMPORARY, "eu-central-1", Some(SESSION_TOKEN)),
    ] {
        let request = Token::parse(token, &hosts).unwrap();
        assert_eq!(request.host().name(), format!("sts.{region}.amazonaws.com"));
        assert_eq!(request.date().instant(), signed_at_plus(0));
        assert_eq!(
            request.session_token().map(|token| token.expose()),
            session_token
        );
        assert_eq!(Token::mint(&request).expose(), token);
    }
}

/// aws-iam-authenticator sorts the parameters by name: the session token before the headers.
#[test]
fn the_order_of_the_go_sdk_is_read_too() {
    let ours = PresignedUrl::temporary(100);
    let mut theirs = ours.clone();
    theirs.query.swap(6, 7);
    let names: Vec<&str> = theirs.query.iter().map(|pair| pair.0.as_str()).collect();
    assert!(names[..8].is_sorted());
    let request = Token::parse(&theirs.token(), &StsHosts::of(Partition::Aws, &[])).unwrap();
    assert_eq!(Token::mint(&request).expose(), ours.token());
}

// Minted by botocore 1.44.5 on 2023-04-28T00:00:00Z for cluster `test-cluster` with the secret key
// of AWS's documentation, wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.
const BOTOCORE_PERMANENT: &str = "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtd2VzdC0yLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxsZXJJZGVudGl\
     0eSZWZXJzaW9uPTIwMTEtMDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEyNTYmWC1BbXotQ3JlZGVud\
     GlhbD1BS0lBSU9TRk9ETk43RVhBTVBMRSUyRjIwMjMwNDI4JTJGdXMtd2VzdC0yJTJGc3RzJTJGYXdzNF9yZXF1ZXN\
     0JlgtQW16LURhdGU9MjAyMzA0MjhUMDAwMDAwWiZYLUFtei1FeHBpcmVzPTYwJlgtQW16LVNpZ25lZEhlYWRlcnM9a\
     G9zdCUzQngtazhzLWF3cy1pZCZYLUFtei1TaWduYXR1cmU9Y2Y0YjRjYWE3ZmJiYTg2MGFhZjE4YjAwZWI1NTE0ZDk\
     4NjZjNGI4NzFjNmJmMjM2YzZkZjYwZWQzYzc5M2IwMw";
const BOTOCORE_TEMPORARY: &str = "k8s-aws-v1.aHR0cHM6Ly9zdHMuZXUtY2VudHJhbC0xLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxsZXJJZGV\
     udGl0eSZWZXJzaW9uPTIwMTEtMDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEyNTYmWC1BbXotQ3JlZ\
     GVudGlhbD1BU0lBSU9TRk9ETk43RVhBTVBMRSUyRjIwMjMwNDI4JTJGZXUtY2VudHJhbC0xJTJGc3RzJTJGYXdzNF9\
     yZXF1ZXN0JlgtQW16LURhdGU9MjAyMzA0MjhUMDAwMDAwWiZYLUFtei1FeHBpcmVzPTYwJlgtQW16LVNpZ25lZEhlY\
     WRlcnM9aG9zdCUzQngtazhzLWF3cy1pZCZYLUFtei1TZWN1cml0eS1Ub2tlbj1JUW9KYjNKcFoybHVYMlZqRVhBTVB\
     MRSUyRiUyRiUyRiUyRiUyRiUyRiUyRiUyRiUyRiUyRndFYUNYVnpMV1ZoYzNRdE1TSiUyQlRPS0VOJTJGd2l0aCUyQ\
     mFsbCUzRCZYLUFtei1TaWduYXR1cmU9MDk0YTg4NmY0OGZiNzVlYWIzNDdhNTIyMDgzZTMzMTIyMzI0ZWU4ZGJhNWJ\
     mY2NjYmU3MDViNTBlNjRiZDRiZg";
const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+TOKEN/with+all=";
