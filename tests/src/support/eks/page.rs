//! Pages of a list: `maxResults` of 1 to 100, and a token that leads on.

use serde_json::{Value, json};

use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

/// One page of `items`, under `key`, of at most `most` items whatever is asked for.
pub(super) fn page(
    request: &Request,
    key: &str,
    items: &[Value],
    most: usize,
) -> Result<Value, Refusal> {
    let query = request.query();
    let value = |name| {
        let mut pairs = query.iter();
        pairs.find(|(sent, _)| sent == name).map(|(_, value)| value)
    };
    let asked: usize = value("maxResults")
        .map_or(Ok(100), |text| text.parse())
        .unwrap_or(0);
    if !(1..=100).contains(&asked) {
        let message = "maxResults needs to be 100 or fewer";
        return Err(Refusal::new(400, "InvalidParameterException", message));
    }
    let start = match value("nextToken").map(|token| start_of(token)) {
        None => 0,
        Some(Some(start)) if start < items.len() => start,
        Some(_) => {
            let message = "Invalid nextToken";
            return Err(Refusal::new(400, "InvalidParameterException", message));
        }
    };
    let end = items.len().min(start + asked.min(most));
    let next = (end < items.len()).then(|| token_of(end));
    Ok(json!({ key: items.get(start..end), "nextToken": next }))
}

/// With characters that must be escaped in a query.
fn token_of(start: usize) -> String {
    format!("next+/{start}==")
}

fn start_of(token: &str) -> Option<usize> {
    token
        .strip_prefix("next+/")?
        .strip_suffix("==")?
        .parse()
        .ok()
}
