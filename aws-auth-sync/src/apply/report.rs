//! What was done, for people.

use std::fmt;

use super::Done;
use crate::plan::Plan;
use crate::plan::report::{entries, listed};

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing { plan: _ } => {
                f.write_str("aws-auth is as it should be: nothing is written\n")
            }
            Self::Tried { plan, end } => {
                let last = format!("aws-auth would change: {}; {end}", written(plan));
                f.write_str(&listed(&plan.merge.changes, &last))
            }
            Self::Written {
                plan,
                is_new,
                version,
                pending: _,
            } => {
                let verb = if *is_new { "created" } else { "changed" };
                let entries = written(plan);
                let last =
                    format!("aws-auth {verb}: {entries}, read back at resourceVersion {version}");
                f.write_str(&listed(&plan.merge.changes, &last))
            }
        }
    }
}

fn written(plan: &Plan) -> String {
    match plan.merge.changes.len() {
        0 => format!("the record of {} alone", plan.owner),
        count => entries(count),
    }
}
