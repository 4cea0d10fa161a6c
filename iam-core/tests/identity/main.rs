//! Identities, hosts, tokens and the exec interface, by their public interface alone.

mod exec_api;
mod inspect;
mod presigned_parts;
mod real_clients;
mod respellings;
mod round_trips;
mod sts_hosts;
mod support;
mod token_refusals;
mod token_rules;
