//! Reading a presigned URL. Nothing is repaired: bytes are compared, not interpreted.
//!
//! The order of the checks is the order of the rules; a [`Judge`] decides whether the first broken
//! one ends the reading.

use std::sync::Arc;

use super::parameter::Values;
use super::percent::{self, Refused, Text};
use super::{Fault, Parameter, Signature, rules};
use crate::credentials::{AccessKeyId, SessionToken};
use crate::excerpt::first_unprintable;
use crate::split;
use crate::sts_host::{ListedHost, StsHosts};
use crate::time::AmzDate;

/// What becomes of a broken rule.
pub(crate) trait Judge {
    /// `Err` ends the reading.
    fn note(&mut self, fault: Fault) -> Result<(), Fault>;

    /// Notes the fault of a check, if there is one.
    fn take<T>(&mut self, checked: Result<T, Fault>) -> Result<Option<T>, Fault> {
        match checked {
            Ok(value) => Ok(Some(value)),
            Err(fault) => self.note(fault).map(|()| None),
        }
    }
}

/// Stops at the first broken rule.
pub(crate) struct Strict;

impl Judge for Strict {
    fn note(&mut self, fault: Fault) -> Result<(), Fault> {
        Err(fault)
    }
}

/// Collects every broken rule.
impl Judge for Vec<Fault> {
    fn note(&mut self, fault: Fault) -> Result<(), Fault> {
        self.push(fault);
        Ok(())
    }
}

/// All that a presigned URL says, as far as it could be read.
#[derive(Default)]
pub(crate) struct Reading<'a> {
    pub(crate) host_name: Option<&'a str>,
    pub(crate) host: Option<Arc<ListedHost>>,
    pub(crate) access_key_id: Option<AccessKeyId>,
    pub(crate) date: Option<AmzDate>,
    pub(crate) expires: Option<u16>,
    pub(crate) session_token: Option<SessionToken>,
    pub(crate) session_token_len: Option<usize>,
    pub(crate) signature: Option<Signature>,
    values: Values<'a>,
}

impl Reading<'_> {
    /// The decoded text of a parameter.
    pub(crate) fn text(&self, parameter: Parameter) -> Option<&str> {
        self.values.get(parameter)
    }

    /// The parts of the credential, when it has the right number.
    pub(crate) fn credential(&self) -> Option<[&str; 5]> {
        rules::credential_parts(self.text(Parameter::Credential)?).ok()
    }
}

/// Reads `url` for one of `hosts`.
pub(crate) fn read<'a>(
    url: &'a str,
    hosts: &StsHosts,
    judge: &mut impl Judge,
) -> Result<Reading<'a>, Fault> {
    let mut reading = Reading::default();
    if let Some(position) = first_unprintable(url.as_bytes()) {
        judge.note(Fault::Unprintable { position })?;
    }
    let Some(rest) = url.strip_prefix(SCHEME) else {
        judge.note(Fault::NotHttps)?;
        return Ok(reading);
    };
    let ends = |byte| matches!(byte, b'/' | b'?' | b'#');
    let end = rest.bytes().position(ends).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    reading.host_name = Some(authority);
    reading.host = read_host(authority, hosts, judge)?;
    let Some(query) = read_path(rest, judge)? else {
        return Ok(reading);
    };
    reading.values = read_query(query, judge)?;
    read_values(&mut reading, judge)?;
    Ok(reading)
}

fn read_host(
    authority: &str,
    hosts: &StsHosts,
    judge: &mut impl Judge,
) -> Result<Option<Arc<ListedHost>>, Fault> {
    if authority.contains('@') {
        judge.note(Fault::UserInfo)?;
        return Ok(None);
    }
    let listed = hosts.get(authority).cloned();
    judge.take(listed.ok_or_else(|| Fault::HostNotListed {
        host: authority.to_owned(),
    }))
}

/// The query, after a path of exactly `/`.
fn read_path<'a>(rest: &'a str, judge: &mut impl Judge) -> Result<Option<&'a str>, Fault> {
    if let Some(query) = rest.strip_prefix("/?") {
        return Ok(Some(query));
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    if path != "/" {
        judge.note(Fault::PathNotRoot {
            path: path.to_owned(),
        })?;
    }
    judge.take(query.ok_or(Fault::NoQuery))
}

fn read_query<'a>(query: &'a str, judge: &mut impl Judge) -> Result<Values<'a>, Fault> {
    let mut values = Values::default();
    for (index, pair) in (1..).zip(split::at(query, b'&')) {
        if index > Parameter::ALL.len() {
            judge.note(Fault::TooManyParameters)?;
            break;
        }
        let Some((name, raw)) = split::once(pair, b'=') else {
            judge.note(Fault::NoValue { index })?;
            continue;
        };
        let Some(parameter) = Parameter::of_name(name) else {
            judge.note(Fault::ParameterUnknown {
                name: name.to_owned(),
            })?;
            continue;
        };
        let slot = values.slot(parameter);
        if slot.is_some() {
            judge.note(Fault::ParameterRepeated { parameter })?;
        } else {
            *slot = Some(read_value(parameter, raw, judge)?);
        }
    }
    Ok(values)
}

fn read_value<'a>(
    parameter: Parameter,
    raw: &'a str,
    judge: &mut impl Judge,
) -> Result<Text<'a>, Fault> {
    let fault = match percent::decode(raw) {
        Ok(value) => return Ok(value),
        Err(Refused::Spelling) => Fault::ValueSpelling { parameter },
        Err(Refused::Unprintable) => Fault::ValueUnprintable { parameter },
    };
    judge.note(fault)?;
    Ok(percent::decode_leniently(raw))
}

fn read_values(reading: &mut Reading<'_>, judge: &mut impl Judge) -> Result<(), Fault> {
    if let Some(text) = reading.values.slot(Parameter::SecurityToken).take() {
        reading.session_token_len = Some(text.len());
        reading.session_token = judge.take(rules::session_token(text.into_owned()))?;
    }
    let values = &reading.values;
    check(values, Parameter::Action, rules::action, judge)?;
    check(values, Parameter::Version, rules::version, judge)?;
    check(values, Parameter::Algorithm, rules::algorithm, judge)?;
    check(
        values,
        Parameter::SignedHeaders,
        rules::signed_headers,
        judge,
    )?;
    reading.expires = check(values, Parameter::Expires, rules::expires, judge)?;
    reading.date = check(values, Parameter::Date, rules::date, judge)?;
    reading.signature = check(values, Parameter::Signature, rules::signature, judge)?;
    if let Some(parts) = check(
        values,
        Parameter::Credential,
        rules::credential_parts,
        judge,
    )? {
        let token_given = reading.session_token_len.is_some();
        let scope = Scope {
            date: reading.date,
            host: reading.host.as_deref(),
            token_given,
        };
        reading.access_key_id = read_credential(parts, &scope, judge)?;
    }
    Ok(())
}

/// What a credential must agree with.
struct Scope<'a> {
    date: Option<AmzDate>,
    host: Option<&'a ListedHost>,
    token_given: bool,
}

fn read_credential(
    [key, day, region, service, end]: [&str; 5],
    scope: &Scope<'_>,
    judge: &mut impl Judge,
) -> Result<Option<AccessKeyId>, Fault> {
    let key = judge.take(rules::access_key_id(key))?;
    if let Some(date) = &scope.date {
        judge.take(rules::credential_day(day, date))?;
    }
    if let Some(host) = scope.host {
        judge.take(rules::credential_region(region, host.signing_region()))?;
    }
    judge.take(rules::credential_service(service))?;
    judge.take(rules::credential_end(end))?;
    if let Some(key) = &key {
        judge.take(rules::key_and_session_token(key, scope.token_given))?;
    }
    Ok(key)
}

fn check<'v, T>(
    values: &'v Values<'_>,
    parameter: Parameter,
    rule: impl FnOnce(&'v str) -> Result<T, Fault>,
    judge: &mut impl Judge,
) -> Result<Option<T>, Fault> {
    match values.get(parameter) {
        Some(text) => judge.take(rule(text)),
        None => judge
            .note(Fault::ParameterMissing { parameter })
            .map(|()| None),
    }
}

pub(super) const SCHEME: &str = "https://";
