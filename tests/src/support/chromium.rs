//! A real browser, without a window, without a network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::command::{Command, Output};
use super::sandbox::Sandbox;
use super::skip::skip;

/// Chromium in a sandbox, with a profile of its own.
pub struct Chromium<'a> {
    sandbox: &'a Sandbox,
    program: PathBuf,
}

/// What a page became in it.
#[derive(Debug)]
pub struct Opened {
    /// The document, after its scripts.
    pub document: String,
    /// What stands on its console.
    pub console: Vec<String>,
    /// What the page asked the network for.
    pub requests: Vec<String>,
}

/// What the browser's user likes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Dark text on a light ground.
    Light,
    /// The reverse.
    Dark,
}

impl<'a> Chromium<'a> {
    /// The browser, or a loud word that `story` is left out.
    pub fn for_story(sandbox: &'a Sandbox, story: &str) -> Option<Self> {
        let mut places = PLACES.into_iter().map(PathBuf::from);
        match places.find(|place| place.is_file()) {
            Some(program) => Some(Self { sandbox, program }),
            None => {
                skip(story, "there is no chromium");
                None
            }
        }
    }

    /// Opens a file.
    ///
    /// # Panics
    /// When the browser fails.
    pub fn open(&self, page: &Path, scheme: Scheme) -> Opened {
        let log = self.sandbox.path().join("net-log.json");
        let url = format!("file://{}", page.display());
        let mut network = std::ffi::OsString::from("--log-net-log=");
        network.push(&log);
        let command = self.command(scheme).arg(network);
        let output = command.args(["--dump-dom", &url]).succeed();
        let console = console(&output);
        let log: Value = serde_json::from_str(&self.sandbox.read("net-log.json"))
            .expect("the browser wrote its whole log");
        Opened {
            console,
            requests: requests(&log),
            document: output.stdout,
        }
    }

    /// What the browser itself wants to know from its maker leads to a closed port, too.
    fn command(&self, scheme: Scheme) -> Command<'a> {
        let mut profile = std::ffi::OsString::from("--user-data-dir=");
        profile.push(self.sandbox.path().join("chromium"));
        let scheme = match scheme {
            Scheme::Light => "--blink-settings=preferredColorScheme=1",
            Scheme::Dark => "--blink-settings=preferredColorScheme=0",
        };
        self.sandbox
            .command(&self.program)
            .deadline(DEADLINE)
            .args(FLAGS)
            .args([scheme])
            .arg(profile)
    }
}

/// The lines that the page's console has on stderr.
fn console(output: &Output) -> Vec<String> {
    let lines = output.stderr.lines();
    let told = lines.filter_map(|line| line.split_once(":CONSOLE:"));
    told.map(|(_, told)| told.to_owned()).collect()
}

/// What a page asks for has an origin; what the browser asks for has none.
fn requests(log: &Value) -> Vec<String> {
    let events = log.get("events").and_then(Value::as_array);
    let events = events.into_iter().flatten();
    let text = |event: &'_ Value, key| Some(event.pointer(key)?.as_str()?.to_owned());
    let of_pages = events.filter(|event| {
        let initiator = text(event, "/params/initiator");
        initiator.is_some_and(|initiator| initiator != "not an origin")
    });
    of_pages
        .filter_map(|event| text(event, "/params/url"))
        .collect()
}

const PLACES: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
const FLAGS: [&str; 12] = [
    "--headless=new",
    // Everything here may run as root, in a container.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--enable-logging=stderr",
    "--window-size=1280,1000",
];
/// A busy machine.
const DEADLINE: Duration = Duration::from_secs(120);
