//! One program in one situation, run again and again.

use std::any::Any;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use e2e::support::keys::Keys;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::STS_REGION;

use crate::table::{Figure, median};

/// A program, its arguments and its environment: a sandbox of its own.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) sandbox: Sandbox,
    words: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    /// Whom it asks, for as long as it is measured.
    services: Vec<Box<dyn Any>>,
    /// The exit code that it ends with.
    pub(crate) status: f64,
    samples: Vec<Sample>,
}

/// What the kernel counted for one run.
pub(crate) struct Sample {
    pub(crate) wall_us: f64,
    pub(crate) cpu_us: f64,
    pub(crate) rss_kib: f64,
}

impl Row {
    pub(crate) fn new(name: &'static str, program: &Path) -> Self {
        Self {
            name,
            sandbox: Sandbox::new("bench"),
            words: vec![program.into()],
            variables: Vec::new(),
            services: Vec::new(),
            status: 0.0,
            samples: Vec::new(),
        }
        .env("AWS_REGION", STS_REGION)
        .env("AWS_DEFAULT_REGION", STS_REGION)
    }

    pub(crate) fn args<T: Into<OsString>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Exports keys that nobody else knows.
    pub(crate) fn with_keys(self) -> Self {
        let keys = Keys::long_lived();
        self.env("AWS_ACCESS_KEY_ID", keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key)
    }

    pub(crate) fn asking(mut self, service: impl Any) -> Self {
        self.services.push(Box::new(service));
        self
    }

    /// Ends with another exit code than 0.
    pub(crate) fn ending(mut self, status: u8) -> Self {
        self.status = status.into();
        self
    }

    /// `program` around it: the launcher, or what counts its instructions.
    pub(crate) fn under(&self, program: &Path, options: &[&str]) -> Command {
        let mut command = self.sandbox.command(program).into_std();
        command.args(options).args(&self.words);
        command.envs(self.variables.iter().cloned());
        command
    }

    pub(crate) fn add(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    pub(crate) fn median_of(&self, of: fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(of).collect())
    }

    /// The median over the rounds of this one over `other` in the same round.
    pub(crate) fn over(&self, other: &Self, of: fn(&Sample) -> f64) -> f64 {
        let pairs = self.samples.iter().zip(&other.samples);
        median(pairs.map(|(own, other)| of(own) / of(other)).collect())
    }

    pub(crate) fn peak_mib(&self) -> f64 {
        self.median_of(|sample| sample.rss_kib) / 1024.0
    }

    /// What it took, in the units of the machine.
    pub(crate) fn absolute(&self) -> Figure {
        let note = format!(
            "wall µs; cpu {:.0} µs, peak RSS {:.1} MiB, {} rounds",
            self.median_of(cpu),
            self.peak_mib(),
            self.samples.len(),
        );
        Figure::new(self.name, self.median_of(wall), None, note)
    }
}

/// A cache of tokens holds tokens.
impl Drop for Row {
    fn drop(&mut self) {
        for file in self.sandbox.files("cache") {
            self.sandbox.may_hold_secrets(file);
        }
    }
}

pub(crate) fn wall(sample: &Sample) -> f64 {
    sample.wall_us
}

pub(crate) fn cpu(sample: &Sample) -> f64 {
    sample.cpu_us
}
