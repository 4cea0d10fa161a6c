//! The parameters of a call: the form of a POST, else the query.

use crate::support::sigv4::Request;

pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of(request: &Request) -> Self {
        Self(if request.method == "POST" {
            request.form()
        } else {
            request.query()
        })
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(sent, _)| sent == name);
        found.map(|(_, value)| value.as_str())
    }
}
