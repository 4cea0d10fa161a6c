//! The body of an answer: whole, or cut off in the middle.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};

/// Its steps, in order.
pub(super) struct AnswerBody {
    chunk: Option<Bytes>,
    end: End,
}

enum End {
    Clean,
    /// One more turn, so that what was sent so far leaves; then the connection breaks.
    Pause,
    Broken,
}

impl AnswerBody {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self {
            chunk: Some(bytes),
            end: End::Clean,
        }
    }

    /// The first half, and the end of the connection.
    pub(super) fn half(bytes: Bytes) -> Self {
        let half = bytes.slice(..bytes.len() / 2);
        Self {
            chunk: Some(half),
            end: End::Pause,
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(chunk) = self.chunk.take() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        match self.end {
            End::Clean => Poll::Ready(None),
            End::Pause => {
                self.end = End::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broken => Poll::Ready(Some(Err(io::Error::other("cut off on demand")))),
        }
    }
}
