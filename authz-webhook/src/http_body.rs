//! Reading the body of a request: bounded in size and time, without a copy when it is whole.

use std::pin::pin;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};

use crate::deadline::within;
use crate::limits::Limits;

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BodyError {
    /// It is longer than allowed, or says that it will be.
    TooLarge,
    /// It did not arrive in time.
    Slow,
    /// The connection broke.
    Broken,
}

/// Reads a body within the limits.
///
/// # Errors
/// A body that is too large (nothing is read of one that announces it), too slow, or cut off.
pub async fn read(body: &mut Incoming, limits: &Limits) -> Result<Bytes, BodyError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limits.body_bytes {
        return Err(BodyError::TooLarge);
    }
    let whole = pin!(collect(body, limits.body_bytes));
    within(limits.body, whole)
        .await
        .unwrap_or(Err(BodyError::Slow))
}

async fn collect(body: &mut Incoming, limit: usize) -> Result<Bytes, BodyError> {
    let Some(first) = next(body).await? else {
        return Ok(Bytes::new());
    };
    let mut whole = Vec::new();
    let mut pending = first;
    loop {
        if whole.len() + pending.len() > limit {
            return Err(BodyError::TooLarge);
        }
        if body.is_end_stream() && whole.is_empty() {
            return Ok(pending);
        }
        whole.extend_from_slice(&pending);
        match next(body).await? {
            Some(data) => pending = data,
            None => return Ok(whole.into()),
        }
    }
}

/// The next piece of data; trailers are passed over.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(BodyError::Broken);
        };
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
