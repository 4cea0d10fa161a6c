//! Every way to write a token otherwise: what is read is what stands there, letter by letter.

use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;

use crate::support::{PresignedUrl, token_of};

/// Pieces of other spellings: separators, encodings, bytes that some reader drops or folds.
const PIECES: &[&str] = &[
    "",
    "%",
    "%00",
    "%09",
    "%0A",
    "%20",
    "%25",
    "%26",
    "%2F",
    "%2f",
    "%3D",
    "%41",
    "%EF%BC%A1",
    "/",
    "//",
    "/./",
    "/../",
    "\\",
    "?",
    "#",
    "&",
    "&&",
    "&=",
    "&a",
    "&Action=GetCallerIdentity",
    "&Action=AssumeRole",
    "&X-Amz-Expires=60",
    "&x-amz-expires=60",
    "&X-Amz-Security-Token=",
    "&X-Amz-Security-Token=x",
    ";",
    "=",
    "+",
    ".",
    ":",
    ":443",
    "@",
    "user@",
    ",",
    "*",
    "[",
    "0",
    "00",
    "a",
    "A",
    " ",
    "\t",
    "\r\n",
    "\0",
    "\u{7f}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{2024}",
    "\u{212a}",
    "\u{3002}",
    "\u{ff0f}",
    "\u{ff53}",
    "\u{feff}",
];

fn pairs(url: &str) -> Vec<&str> {
    let mut pairs: Vec<&str> = url.split(['?', '&']).collect();
    pairs.sort_unstable();
    pairs
}

/// ASCII `text` with `piece` in place of `cut` letters.
fn replaced(text: &str, position: usize, cut: usize, piece: &str) -> String {
    let (before, rest) = text.split_at(position);
    let after = rest.get(cut..).unwrap_or_default();
    [before, piece, after].concat()
}

/// Whether `url` is read; then it says nothing but what was read, in whichever order.
fn is_read_as_it_stands(url: &str, hosts: &StsHosts) -> bool {
    let Ok(request) = PresignedRequest::parse(url, hosts) else {
        return false;
    };
    let written = request.url();
    assert_eq!(pairs(&written), pairs(url));
    assert_eq!(url.len(), written.len());
    true
}

#[test]
fn nothing_put_into_or_in_place_of_any_part_of_a_url_is_dropped_or_repaired() {
    let hosts = StsHosts::of_every_partition();
    for url in [PresignedUrl::permanent(), PresignedUrl::temporary(40)] {
        let url = url.url();
        let mut read = 0;
        for (position, _) in url.char_indices() {
            for cut in 0..=1 {
                for piece in PIECES {
                    let other = replaced(&url, position, cut, piece);
                    read += usize::from(is_read_as_it_stands(&other, &hosts));
                }
            }
        }
        // Another letter in the key, say, makes another token. Nothing else does.
        assert!((100..2000).contains(&read), "{read}");
    }
}

#[test]
fn no_letter_of_a_url_may_be_written_as_an_escape_or_in_the_other_case() {
    let hosts = StsHosts::of_every_partition();
    let url = PresignedUrl::permanent().url();
    for (position, letter) in url.char_indices() {
        let code = u32::from(letter);
        for escape in [
            format!("%{code:02X}"),
            format!("%{code:02x}"),
            format!("%u00{code:02X}"),
            format!("&#{code};"),
        ] {
            let other = replaced(&url, position, 1, &escape);
            assert!(!is_read_as_it_stands(&other, &hosts), "{other}");
        }
        let swapped = if letter.is_ascii_uppercase() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_ascii_uppercase()
        };
        is_read_as_it_stands(&replaced(&url, position, 1, &swapped.to_string()), &hosts);
    }
    assert!(!is_read_as_it_stands(&url.to_ascii_lowercase(), &hosts));
    assert!(!is_read_as_it_stands(&url.to_ascii_uppercase(), &hosts));
}

#[test]
fn every_token_that_is_read_is_minted_again_letter_by_letter() {
    let hosts = StsHosts::of_every_partition();
    // With each length that base64 pads otherwise.
    for expires in ["6", "60", "600"] {
        let token = PresignedUrl::permanent()
            .with("X-Amz-Expires", expires)
            .token();
        let mut read = 0;
        for position in 0..=token.len() {
            for byte in 0..=0x7f_u8 {
                let text = replaced(&token, position, 1, &char::from(byte).to_string());
                if let Ok(request) = Token::parse(&text, &hosts) {
                    assert_eq!(Token::mint(&request).expose(), text);
                    read += 1;
                }
            }
        }
        assert!(read > token.len(), "{read}");
        for tail in ["=", "==", "A", "AA", "AAAA", "\n", ".", " ", "%3D"] {
            let longer = format!("{token}{tail}");
            assert!(Token::parse(&longer, &hosts).is_err(), "{longer}");
        }
    }
}

#[test]
fn a_url_in_another_encoding_is_no_token() {
    let hosts = StsHosts::of_every_partition();
    let url = PresignedUrl::permanent().url();
    let utf_16: Vec<u8> = url.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let twice = token_of(token_of(url.as_bytes()).as_bytes());
    for token in [
        token_of(&utf_16),
        token_of(format!("\u{feff}{url}").as_bytes()),
        token_of(url.replace('.', "\u{3002}").as_bytes()),
        twice,
        format!("k8s-aws-v1.{url}"),
        url,
    ] {
        assert!(Token::parse(&token, &hosts).is_err(), "{token}");
    }
}
