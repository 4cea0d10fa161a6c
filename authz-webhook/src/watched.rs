//! A client's stream that ends by itself when the client takes too long.
//!
//! hyper's own deadline for a head runs while a connection is merely idle, and sets a timer for
//! every request. Here one timer serves a connection for all its life: it is moved only when a
//! deadline comes nearer, or when it fires and nothing is due yet.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::limits::Limits;
use crate::metrics::ConnectionEnd;

/// What a connection is doing; shared by its stream and its requests.
#[derive(Debug)]
pub struct Activity {
    opened: Instant,
    /// Requests being answered.
    open_requests: AtomicU32,
    /// When the last request was answered, in milliseconds since `opened`.
    idle_since: AtomicU64,
    /// When a head began to arrive; `NOT_BEGUN` otherwise.
    head_since: AtomicU64,
    served: AtomicBool,
    unread_body: AtomicBool,
    cut: AtomicU8,
}

/// A request being answered: while it lives, its connection is not idle.
#[derive(Debug)]
pub struct OpenRequest(Arc<Activity>);

/// Which heads can be told from other traffic.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heads {
    /// HTTP/1.1: what arrives outside a request is the head of the next one.
    Plain,
    /// HTTP/2: pings and settings arrive at any time.
    Framed,
}

/// A stream under the deadlines of [`Limits`].
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
    heads: Heads,
    limits: Limits,
    timer: Pin<Box<Sleep>>,
    /// Runs while the client takes nothing of what is written.
    stall: Option<Pin<Box<Sleep>>>,
    closing: Option<Instant>,
}

impl Activity {
    /// A connection that was accepted now.
    pub fn begin() -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            open_requests: AtomicU32::new(0),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(NOT_BEGUN),
            served: AtomicBool::new(false),
            unread_body: AtomicBool::new(false),
            cut: AtomicU8::new(Cut::None as u8),
        })
    }

    /// A request's head is complete.
    pub fn open_request(self: &Arc<Self>) -> OpenRequest {
        self.head_since.store(NOT_BEGUN, Ordering::Relaxed);
        self.served.store(true, Ordering::Relaxed);
        self.open_requests.fetch_add(1, Ordering::Relaxed);
        OpenRequest(Arc::clone(self))
    }

    /// How the connection ended, if the stream ended it.
    pub fn cut(&self) -> Option<ConnectionEnd> {
        match self.cut.load(Ordering::Relaxed) {
            cut if cut == Cut::HeadSlow as u8 => Some(ConnectionEnd::HeadSlow),
            cut if cut == Cut::Idle as u8 => Some(ConnectionEnd::Idle),
            cut if cut == Cut::WriteSlow as u8 => Some(ConnectionEnd::WriteSlow),
            _ => None,
        }
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(NOT_BEGUN - 1)
    }

    fn arrived(&self, heads: Heads) {
        let between_requests = self.open_requests.load(Ordering::Relaxed) == 0;
        if heads == Heads::Plain
            && between_requests
            && self.head_since.load(Ordering::Relaxed) == NOT_BEGUN
        {
            self.head_since.store(self.elapsed(), Ordering::Relaxed);
        }
    }

    /// When the connection is to be cut and why, unless something happens before.
    fn due(&self, limits: &Limits) -> Option<(Instant, Cut)> {
        if self.open_requests.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let head_since = self.head_since.load(Ordering::Relaxed);
        if head_since != NOT_BEGUN {
            return Some((self.at(head_since) + limits.head, Cut::HeadSlow));
        }
        if !self.served.load(Ordering::Relaxed) {
            return Some((self.opened + limits.head, Cut::HeadSlow));
        }
        let idle_since = self.idle_since.load(Ordering::Relaxed);
        Some((self.at(idle_since) + limits.idle, Cut::Idle))
    }

    fn at(&self, milliseconds: u64) -> Instant {
        self.opened + Duration::from_millis(milliseconds)
    }
}

impl OpenRequest {
    /// The request is answered although its body was not read to the end: the connection lingers
    /// when it closes, so that the client can still read the answer.
    pub fn leaves_body_unread(&self) {
        self.0.unread_body.store(true, Ordering::Relaxed);
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.idle_since.store(self.0.elapsed(), Ordering::Relaxed);
        self.0.open_requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<S> Watched<S> {
    /// Puts a stream under deadlines.
    pub fn new(stream: S, activity: Arc<Activity>, heads: Heads, limits: Limits) -> Self {
        let timer = Box::pin(tokio::time::sleep_until(activity.opened + limits.head));
        Self {
            stream,
            activity,
            heads,
            limits,
            timer,
            stall: None,
            closing: None,
        }
    }

    /// Writing as it went; an error once it has been at a standstill for too long.
    fn unless_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let longest = self.limits.write;
        let stall = self
            .stall
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(longest)));
        ready!(stall.as_mut().poll(cx));
        self.activity
            .cut
            .store(Cut::WriteSlow as u8, Ordering::Relaxed);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Ready when the client has taken too long.
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<Cut> {
        let Some((due, cut)) = self.activity.due(&self.limits) else {
            return Poll::Pending;
        };
        if self.timer.deadline() > due {
            self.timer.as_mut().reset(due);
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            if self.timer.deadline() >= due {
                self.activity.cut.store(cut as u8, Ordering::Relaxed);
                return Poll::Ready(cut);
            }
            self.timer.as_mut().reset(due);
        }
    }
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// Reads and forgets what the client still sends: a socket that is closed over unread bytes
    /// is reset, and the reset can overtake the answer.
    fn poll_linger(&mut self, cx: &mut Context<'_>, until: Instant) -> Poll<()> {
        if self.timer.deadline() != until {
            self.timer.as_mut().reset(until);
        }
        let mut scratch = [0; 4096];
        loop {
            if self.timer.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                Ok(()) | Err(_) => return Poll::Ready(()),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            if buffer.filled().len() > before {
                this.activity.arrived(this.heads);
            }
            return Poll::Ready(result);
        }
        match ready!(this.poll_cut(cx)) {
            // The end of the stream: hyper says goodbye and closes.
            Cut::Idle | Cut::WriteSlow | Cut::None => Poll::Ready(Ok(())),
            Cut::HeadSlow => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.unless_stalled(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.unless_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.unless_stalled(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let until = match this.closing {
            Some(until) => until,
            None => {
                let shut = Pin::new(&mut this.stream).poll_shutdown(cx);
                ready!(this.unless_stalled(cx, shut))?;
                *this.closing.insert(Instant::now() + LINGER)
            }
        };
        if this.activity.unread_body.load(Ordering::Relaxed) {
            ready!(this.poll_linger(cx, until));
        }
        Poll::Ready(Ok(()))
    }
}

/// Why a stream ended itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cut {
    None,
    HeadSlow,
    Idle,
    WriteSlow,
}

const NOT_BEGUN: u64 = u64::MAX;
const LINGER: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
