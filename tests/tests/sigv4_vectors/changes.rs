//! Requests that differ from a signed one in a single bit of what is signed.

use e2e::support::sigv4::{Request, SessionTokenRule};

use crate::suite::Vector;

/// The request with one bit flipped: in every signed header, the `Authorization` header, the
/// query, the body, and the path where that does not just spell the same path differently.
pub(crate) fn one_bit_changes(vector: &Vector, request: &Request) -> Vec<Request> {
    let mut changes = Vec::new();
    let (path, rest) = request.target.split_at(request.path().len());
    // Of what is normalized, several spellings are the same request.
    if !vector.name.ends_with("-normalized") {
        let changed = flipped(path, false)
            .into_iter()
            .filter(|path| !path.contains('?'));
        changes.extend(changed.map(|path| Request {
            target: path + rest,
            ..request.clone()
        }));
    }
    let query = flipped(rest, true)
        .into_iter()
        .map(|rest| format!("{path}{rest}"));
    let query = query.filter(|target| target.starts_with(&format!("{path}?")));
    let query = query.map(|target| Request {
        target,
        ..request.clone()
    });
    changes.extend(
        query.filter(|changed| signed_query(vector, changed) != signed_query(vector, request)),
    );
    let methods = flipped(&request.method, false).into_iter();
    changes.extend(methods.map(|method| Request {
        method,
        ..request.clone()
    }));
    for (at, (name, value)) in request.headers.iter().enumerate() {
        if is_unsigned(vector, name) {
            continue;
        }
        for changed in flipped(value, false) {
            let mut copy = request.clone();
            copy.headers[at].1 = changed;
            changes.push(copy);
        }
    }
    changes.extend(
        flipped(&String::from_utf8_lossy(&request.body), false)
            .into_iter()
            .map(|body| Request {
                body: body.into_bytes(),
                ..request.clone()
            }),
    );
    changes
}

/// The query without the one pair of the suite that is added after signing.
fn signed_query(vector: &Vector, request: &Request) -> Vec<(String, String)> {
    let mut query = request.query();
    query.retain(|(name, _)| !is_unsigned(vector, name));
    query
}

/// The same as a header.
fn is_unsigned(vector: &Vector, name: &str) -> bool {
    let token_is_signed = vector.options.session_token == SessionTokenRule::Signed;
    name.eq_ignore_ascii_case("x-amz-security-token") && !token_is_signed
}

/// Texts that differ from `text` in one bit of one ASCII character: for every character one, the
/// seven low bits taking turns.
fn flipped(text: &str, is_query: bool) -> Vec<String> {
    let bytes = text.as_bytes();
    let places = (0..bytes.len()).filter(|at| bytes[*at].is_ascii());
    let flips = places.map(|at| (at, 1_u8 << (at % 7)));
    // The case of the digits of an escape is not part of what is signed.
    let same = |at: usize, bit: u8| {
        let escape = at.checked_sub(2).unwrap_or(at)..at;
        is_query && bit == 0x20 && bytes[at].is_ascii_alphabetic() && bytes[escape].contains(&b'%')
    };
    flips
        .filter(|(at, bit)| !same(*at, *bit))
        .map(|(at, bit)| {
            let mut changed = bytes.to_vec();
            changed[at] ^= bit;
            String::from_utf8(changed).unwrap()
        })
        .collect()
}
