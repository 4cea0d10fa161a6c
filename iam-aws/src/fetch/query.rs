//! One call in the Query protocol of AWS, signed in its header, for services that need no client of
//! their own: a form goes out, XML comes back for the caller to read.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Uri};
use iam_core::region::Region;

use super::asking::{AskError, ask_within};
use super::{BoxError, Context, FetchError, instance_metadata, run};
use crate::credentials::Credentials;
use crate::http::Limits;
use crate::service::Service;
use crate::signature::{self, Scope};

/// What a service answers, whatever it is.
#[derive(Debug)]
pub struct QueryAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body, of 8 MiB at most.
    pub body: Bytes,
}

/// Where instances are asked about: the region, and the URL that stands for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ec2Place {
    /// Signed for.
    pub region: Region,
    /// Asked.
    pub url: String,
}

/// Where EC2 is asked, by the settings; without a region in them, by the instance's own word.
///
/// # Errors
/// When no region is known, or a setting makes no sense.
pub fn ec2_place(context: &Context<'_>) -> Result<Ec2Place, FetchError> {
    let settings = context.settings();
    let failed = |error: crate::endpoint::EndpointError| {
        let hint = error.hint();
        FetchError::new("choosing the region of EC2", error).with_hint(hint)
    };
    let region = match settings.plain_region().map_err(failed)? {
        Some(region) => region,
        None => run(instance_metadata::region(context))?,
    };
    let custom = settings.custom_url(Service::Ec2, context.shared());
    let url = match custom.map_err(failed)? {
        Some(custom) => custom.url,
        None => settings.ec2_url(&region).map_err(failed)?,
    };
    Ok(Ec2Place { region, url })
}

/// Posts `form`, an encoded form, to EC2, signed with `credentials`.
///
/// Blocks until there is an answer, three attempts at most, or a deadline has passed.
///
/// # Errors
/// When there is no answer.
pub fn ec2(
    place: &Ec2Place,
    credentials: &Credentials,
    form: &str,
    context: &Context<'_>,
) -> Result<QueryAnswer, FetchError> {
    let failed = |error: AskError| {
        let hint = error.hint();
        FetchError::new(format!("asking EC2 at {}", place.url), error).with_hint(hint)
    };
    let asked = async {
        let question = || question(place, credentials, form, context);
        let answer = ask_within(context, LIMITS, question)
            .await
            .map_err(failed)?;
        Ok(QueryAnswer {
            status: answer.status().as_u16(),
            body: answer.into_body(),
        })
    };
    run(asked)
}

fn question(
    place: &Ec2Place,
    credentials: &Credentials,
    form: &str,
    context: &Context<'_>,
) -> Result<Request<SdkBody>, BoxError> {
    let uri: Uri = place.url.parse()?;
    let uri = match uri.path() {
        "" => format!("{}/", place.url).parse()?,
        _ => uri,
    };
    let host = uri.authority().ok_or("a URL without a host")?;
    let mut request = Request::new(SdkBody::from(form));
    *request.method_mut() = Method::POST;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(host.as_str())?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    headers.insert(ACCEPT, HeaderValue::from_static("text/xml"));
    *request.uri_mut() = uri;
    let scope = Scope {
        service: "ec2",
        region: place.region.as_str(),
    };
    signature::add(&mut request, credentials, scope, context.now())?;
    Ok(request)
}

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const LIMITS: Limits = Limits {
    connect: std::time::Duration::from_secs(2),
    answer: std::time::Duration::from_secs(5),
    // Fifty instances with all network interfaces that they can have.
    bytes: 8 << 20,
};
