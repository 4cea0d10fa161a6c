//! authz-webhook beside aws-iam-authenticator and two floors, in turn, under the same load: one
//! that answers at once, and one that asks STS first, over pooled connections. All have a
//! certificate of the same kind, and one STS.

mod contestant;
mod field;
mod memory;
mod mint;
mod stub;
mod throughput;
mod trouble;

use crate::table::Figure;
use field::Field;

pub(crate) fn figures(rounds: usize) -> Vec<Figure> {
    let field = Field::start();
    let mut figures = memory::at_start(&field);
    figures.extend(throughput::cached(&field, rounds));
    figures.extend(memory::after_load(&field));
    figures.extend(throughput::distinct(&field, rounds));
    figures.push(memory::with_many_callers(&field));
    figures.extend(throughput::refused_by_sts(&field, rounds));
    figures.extend(throughput::refused_at_sight(&field, rounds));
    figures.extend(trouble::strangers(&field));
    figures.extend(trouble::large_body(&field));
    figures.extend(trouble::one_token_of_many(&field));
    // What grows is seen in a process that has not grown yet.
    drop(field);
    figures.extend(trouble::silent_sts(&Field::start()));
    figures.extend(trouble::leaving(&Field::start()));
    figures
}
