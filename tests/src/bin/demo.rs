//! `cargo demo`: the main job, step by step, on real parts.
//!
//! stdout: what is done, how, and how long it took. stderr: the progress of builds. Exit code: 0
//! when every step did what it should, 1 when one did not, 2 for a wrong argument, 130 when
//! interrupted before the end. Whatever the end, nothing stays behind: no process, no directory.

use std::{
    any::Any,
    io,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::Arc,
    thread,
};

use clap::Parser;
use e2e::{
    demo::{Args, Failure, Playground, Screen, Stage, Style, play},
    support::control_plane::Reaper,
};
use tokio::{
    runtime::Builder,
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

fn main() -> ExitCode {
    let args = Args::parse();
    let screen = Arc::new(Screen::new(style()));
    perform(args, &screen).unwrap_or_else(|error| {
        screen.failure(&Failure::new(error.to_string()));
        ExitCode::FAILURE
    })
}

fn perform(args: Args, screen: &Arc<Screen>) -> io::Result<ExitCode> {
    let reaper = Reaper::start()?;
    let played = play_beside(args, &reaper, Arc::clone(screen));
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let code = runtime.block_on(attend(args, screen, played))?;
    reaper.end();
    Ok(code)
}

/// Plays on a thread of its own, so that a signal is heard at once whatever a step waits for.
fn play_beside(
    args: Args,
    reaper: &Reaper,
    screen: Arc<Screen>,
) -> oneshot::Receiver<Result<Playground, Failure>> {
    let (done, played) = oneshot::channel();
    let reaper = reaper.clone();
    // What a panic says is shown as the failure it is.
    panic::set_hook(Box::new(|_| {}));
    thread::spawn(move || {
        let play = || Stage::build(&reaper, screen).and_then(|stage| play(args, &stage));
        let result = panic::catch_unwind(AssertUnwindSafe(play));
        // Where nobody listens any more, the demo was interrupted.
        let _ = done.send(result.unwrap_or_else(|panic| Err(failure(panic.as_ref()))));
    });
    played
}

/// Waits for the end of the play, and then for the user where that is wanted.
async fn attend(
    args: Args,
    screen: &Screen,
    played: oneshot::Receiver<Result<Playground, Failure>>,
) -> io::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let result = select! {
        played = played => played.unwrap_or_else(|_| Err(Failure::new("the demo vanished"))),
        () = either(&mut interrupt, &mut terminate) => {
            screen.close("\nInterrupted: everything is taken down.\n");
            return Ok(ExitCode::from(130));
        }
    };
    match result {
        Ok(playground) => {
            if args.keep() {
                playground.invite(screen);
                either(&mut interrupt, &mut terminate).await;
                screen.close("\nEverything is taken down.\n");
            }
            drop(playground);
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            screen.failure(&failure);
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn failure(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::new(text.unwrap_or("a step panicked"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo's edge: read once, here"
)]
fn style() -> Style {
    Style::of_stdout(std::env::var_os("NO_COLOR").as_deref())
}
