//! What our model says about an aws-auth document is what aws-iam-authenticator does with it, over
//! thousands of documents of chance: the entries with their values, and whom callers are taken for.
//!
//! The first documents are the same in every run, the others are not; `AWS_AUTH_SEED=N` begins
//! with the document that a failure names.

mod chance;
mod deliberate;
mod document;
mod ours;
mod peer;

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use chance::Chance;
use e2e::support::{authenticator, programs::progress, skip::skip};
use peer::Question;

#[test]
fn the_model_says_of_a_document_what_the_real_consumer_does_with_it() {
    let story = "aws-auth beside aws-iam-authenticator";
    let program = match authenticator::prepare_consumer() {
        Ok(program) => program,
        Err(error) => return skip(story, &error.to_string()),
    };
    let (first, other) = seeds();
    progress(&format!(
        "{story}: {SAME} documents from seed {first}, {OTHERS} from seed {other}"
    ));
    let seeds = (first..first + SAME).chain(other..other + OTHERS);
    let questions: Vec<Question> = seeds.map(question).collect();
    let answers = peer::ask(&program, &questions);
    assert_eq!(answers.len(), questions.len());
    let mut differences = Vec::new();
    for (question, answer) in questions.iter().zip(&answers) {
        if let Err(difference) = ours::compare(question, answer) {
            differences.push(format!("seed {}: {difference}", question.seed));
        }
    }
    let count = differences.len();
    differences.truncate(SHOWN);
    assert!(
        count == 0,
        "{count} documents differ:\n{}",
        differences.join("\n")
    );
}

fn question(seed: u64) -> Question {
    let mut chance = Chance::new(seed);
    let mut data = BTreeMap::new();
    for key in ["mapRoles", "mapUsers", "mapAccounts"] {
        if chance.is(80) {
            data.insert(key, document::section(key, &mut chance));
        }
    }
    Question {
        seed,
        data,
        callers: CALLERS.map(str::to_owned).to_vec(),
        sso: chance.is(50),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a failure is looked into by the seed that it names"
)]
fn seeds() -> (u64, u64) {
    let given = std::env::var("AWS_AUTH_SEED").ok();
    let given = given.map(|text| text.parse().expect("AWS_AUTH_SEED is a number"));
    // Far from an overflow, and apart from the fixed ones.
    let other = RandomState::new().hash_one(()) >> 16;
    (given.unwrap_or(0), other)
}

const SAME: u64 = 4_000;
const OTHERS: u64 = 8_000;
const SHOWN: usize = 16;

const CALLERS: [&str; 14] = [
    "arn:aws:sts::111122223333:assumed-role/Admin/session",
    "arn:aws:sts::111122223333:assumed-role/Kara/session",
    "arn:aws:iam::111122223333:role/ops/Admin",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::111122223333:user/Ann",
    "arn:aws:iam::111122223333:user/ops/ann",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:root",
    "arn:aws:sts::111122223333:federated-user/bob",
    "arn:aws-cn:sts::111122223333:assumed-role/Admin/session",
    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ViewOnly_0123456789abcdef/ann",
    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann",
    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_Extra_0123456789abcdef/ann",
    "arn:aws:sts::444455556666:assumed-role/Other/session",
];
