//! Answers as STS writes them, and as nobody should.

use super::*;

fn of_json(text: &str) -> Result<Answer, Senseless> {
    Answer::parse(text.as_bytes(), Format::Json)
}

fn of_xml(text: &str) -> Result<Answer, Senseless> {
    Answer::parse(text.as_bytes(), Format::Xml)
}

fn body(result: &str) -> String {
    format!(
        r#"{{"GetCallerIdentityResponse":{{"GetCallerIdentityResult":{result},"ResponseMetadata":{{"RequestId":"r-1"}}}}}}"#
    )
}

const ALICE: &str =
    r#"{"Account":"111122223333","Arn":"arn:aws:iam::111122223333:user/Alice","UserId":"AIDA1"}"#;

#[test]
fn reads_the_answer_of_sts() {
    let expected = Answer {
        account: "111122223333".to_owned(),
        arn: "arn:aws:iam::111122223333:user/Alice".to_owned(),
        user_id: "AIDA1".to_owned(),
    };
    assert_eq!(of_json(&body(ALICE)), Ok(expected.clone()));
    let spaced = body(ALICE).replace("\":", "\" : ").replace(',', ",\n ");
    assert_eq!(of_json(&spaced), Ok(expected));
}

#[test]
fn refuses_whatever_could_be_read_in_two_ways() {
    let table = [
        ("", Senseless::NotJson),
        ("xxxx", Senseless::NotJson),
        ("null", Senseless::Missing("GetCallerIdentityResponse")),
        ("{}", Senseless::Missing("GetCallerIdentityResponse")),
        ("[]", Senseless::Missing("GetCallerIdentityResponse")),
        ("<GetCallerIdentityResponse/>", Senseless::NotJson),
    ];
    for (text, expected) in table {
        assert_eq!(of_json(text), Err(expected), "{text}");
    }
    let trailing = format!("{}{{}}", body(ALICE));
    assert_eq!(of_json(&trailing), Err(Senseless::NotJson));
}

#[test]
fn refuses_values_that_are_missing_double_or_of_another_kind() {
    let results = [
        (r#"{"Account":"1","UserId":"A"}"#, Senseless::Missing("Arn")),
        (
            r#"{"Account":"1","Arn":"a","Arn":"b","UserId":"A"}"#,
            Senseless::Ambiguous("Arn"),
        ),
        (
            r#"{"Account":"1","Arn":"a","arn":"b","UserId":"A"}"#,
            Senseless::Ambiguous("Arn"),
        ),
        (
            r#"{"Account":"1","arn":"b","UserId":"A"}"#,
            Senseless::Ambiguous("Arn"),
        ),
        (
            r#"{"Account":1,"Arn":"b","UserId":"A"}"#,
            Senseless::Unusable("Account"),
        ),
        (
            r#"{"Account":"1","Arn":null,"UserId":"A"}"#,
            Senseless::Unusable("Arn"),
        ),
        (
            r#"{"Account":"1","Arn":["b"],"UserId":"A"}"#,
            Senseless::Unusable("Arn"),
        ),
        (
            r#"{"Account":"1","Arn":"","UserId":"A"}"#,
            Senseless::Unusable("Arn"),
        ),
        (
            r#"{"Account":"1","Arn":"b","UserId":"A\nB"}"#,
            Senseless::Unusable("UserId"),
        ),
        (
            r#"{"Account":"1","Arn":"b","UserId":"\u00e4"}"#,
            Senseless::Unusable("UserId"),
        ),
        (
            r#"{"A\u0063count":"1","Account":"2","Arn":"b","UserId":"A"}"#,
            Senseless::Ambiguous("Account"),
        ),
    ];
    for (result, expected) in results {
        assert_eq!(of_json(&body(result)), Err(expected), "{result}");
    }
    let twice = r#"{"GetCallerIdentityResponse":{},"getcalleridentityresponse":{}}"#;
    assert_eq!(
        of_json(twice),
        Err(Senseless::Ambiguous("GetCallerIdentityResponse"))
    );
}

#[test]
fn finds_the_code_of_an_error_and_nothing_in_its_message() {
    let error = r#"{"Error":{"Code":"SignatureDoesNotMatch","Message":"Throttling","Type":"Sender"},"RequestId":"r"}"#;
    assert_eq!(
        error_code(error.as_bytes(), Some(Format::Json)).as_deref(),
        Some("SignatureDoesNotMatch")
    );
    for senseless in ["", "<html>", r#"{"Error":{}}"#, r#"{"Error":{"Code":1}}"#] {
        assert_eq!(
            error_code(senseless.as_bytes(), Some(Format::Json)),
            None,
            "{senseless}"
        );
    }
}

const ALICE_IN_XML: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::111122223333:user/Alice</Arn>
    <UserId>AIDA1</UserId>
    <Account>111122223333</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>r-1</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
"#;

#[test]
fn xml_says_the_same_as_json() {
    assert_eq!(of_xml(ALICE_IN_XML), of_json(&body(ALICE)));
    let in_a_line: String = ALICE_IN_XML.lines().map(str::trim).collect();
    assert_eq!(of_xml(&in_a_line), of_json(&body(ALICE)));
}

#[test]
fn xml_is_refused_where_it_could_be_read_in_two_ways() {
    let arn = "<Arn>arn:aws:iam::111122223333:user/Alice</Arn>";
    let other = "<Arn>arn:aws:iam::111122223333:user/Root</Arn>";
    let with = |from: &str, to: &str| ALICE_IN_XML.replacen(from, to, 1);
    let forbidden =
        Senseless::NotXml("a document type, an instruction, a comment or a CDATA section");
    let table = [
        (with(arn, ""), Senseless::Missing("Arn")),
        (with(arn, "<Arn/>"), Senseless::Unusable("Arn")),
        (with(arn, "<Arn> </Arn>"), Senseless::Unusable("Arn")),
        (with(arn, "<Arn>a b</Arn>"), Senseless::Unusable("Arn")),
        (with(arn, "<Arn>\u{e4}</Arn>"), Senseless::Unusable("Arn")),
        (with(arn, "<Arn><A>x</A></Arn>"), Senseless::Unusable("Arn")),
        (
            with(arn, &format!("{arn}{other}")),
            Senseless::Ambiguous("Arn"),
        ),
        (
            with(arn, &format!("{arn}<ARN>x</ARN>")),
            Senseless::Ambiguous("Arn"),
        ),
        (with("user/Alice", "user/Root<!-- -->"), forbidden.clone()),
        (with("<Get", "<!DOCTYPE a><Get"), forbidden),
        (
            with(
                "</GetCallerIdentityResult>",
                "</GetCallerIdentityResult><GetCallerIdentityResult/>",
            ),
            Senseless::Ambiguous("GetCallerIdentityResult"),
        ),
        (
            with("xmlns=\"https", "xmlns=\"http"),
            Senseless::NotXml("another namespace"),
        ),
        (body(ALICE), Senseless::NotXml("not well-formed")),
        (String::new(), Senseless::NotXml("no whole element")),
        (
            ALICE_IN_XML.replace("GetCallerIdentityResponse", "AssumeRoleResponse"),
            Senseless::Missing("GetCallerIdentityResponse"),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(of_xml(&text), Err(expected), "{text}");
    }
    // The text of a value may hold the whole of another answer, escaped: it is a text.
    let hidden = with("AIDA1", "&lt;/UserId&gt;&lt;Arn&gt;x&lt;/Arn&gt;");
    let read = of_xml(&hidden).unwrap();
    assert_eq!(read.user_id, "</UserId><Arn>x</Arn>");
    assert_eq!(read.arn, "arn:aws:iam::111122223333:user/Alice");
}

#[test]
fn an_error_in_xml_has_its_code_where_sts_writes_it() {
    let error = |code: &str| {
        format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\">\n<Error><Type>Sender</Type>{code}\
             <Message>&lt;Code&gt;Throttling&lt;/Code&gt;</Message></Error>\
             <RequestId>r</RequestId></ErrorResponse>"
        )
    };
    let code = |text: &str| error_code(text.as_bytes(), Some(Format::Xml));
    let good = error("<Code>SignatureDoesNotMatch</Code>");
    assert_eq!(code(&good).as_deref(), Some("SignatureDoesNotMatch"));
    let senseless = [
        error(""),
        error("<Code>A</Code><Code>B</Code>"),
        error("<Code>A</Code><code>B</code>"),
        good.replace(NAMESPACE, "http://s3.amazonaws.com/doc/2006-03-01/"),
        "<Error><Code>AccessDenied</Code></Error>".to_owned(),
        "<Response><Errors><Error><Code>A</Code></Error></Errors></Response>".to_owned(),
        "{\"Error\":{\"Code\":\"A\"}}".to_owned(),
    ];
    for text in senseless {
        assert_eq!(code(&text), None, "{text}");
    }
    assert_eq!(error_code(good.as_bytes(), None), None);
    assert_eq!(error_code(good.as_bytes(), Some(Format::Json)), None);
}

#[test]
fn an_answer_is_read_as_what_it_says_it_is() {
    let of = |values: &[(http::HeaderName, &'static str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name.clone(), http::HeaderValue::from_static(value));
        }
        Format::of(&headers)
    };
    let table = [
        (vec!["application/json"], Some(Format::Json)),
        (vec!["Application/JSON; charset=utf-8"], Some(Format::Json)),
        (vec!["text/xml"], Some(Format::Xml)),
        (vec!["text/xml;charset=UTF-8"], Some(Format::Xml)),
        (vec!["application/xml"], Some(Format::Xml)),
        (vec![], None),
        (vec!["text/html"], None),
        (vec!["application/xhtml+xml"], None),
        (vec!["application/json", "text/xml"], None),
        (vec!["application/json", "application/json"], None),
    ];
    for (types, expected) in table {
        let headers: Vec<_> = types
            .into_iter()
            .map(|value| (CONTENT_TYPE, value))
            .collect();
        assert_eq!(of(&headers), expected, "{headers:?}");
    }
    let compressed = [(CONTENT_TYPE, "text/xml"), (CONTENT_ENCODING, "gzip")];
    assert_eq!(of(&compressed), None);
}
