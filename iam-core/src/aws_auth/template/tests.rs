use proptest::prelude::*;

use super::*;

fn values(session_name: Option<&str>) -> Values<'_> {
    Values {
        account: "111122223333".parse().unwrap(),
        session_name,
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        ec2_private_dns_name: Some("ip-10-0-0-1.ec2.internal"),
    }
}

fn render(template: &str, session_name: Option<&str>) -> Result<String, RenderError> {
    Template::parse(template)
        .unwrap()
        .render(&values(session_name))
}

#[test]
fn puts_each_value_in_once() {
    let table = [
        ("admin", None, "admin"),
        ("a-{{AccountID}}-b", None, "a-111122223333-b"),
        ("a-{{AccessKeyID}}-b", None, "a-AKIAIOSFODNN7EXAMPLE-b"),
        (
            "a-{{SessionName}}-b",
            Some("jdoe@example.com"),
            "a-jdoe-example.com-b",
        ),
        (
            "a-{{SessionNameRaw}}-b",
            Some("jdoe@example.com"),
            "a-jdoe@example.com-b",
        ),
        ("{{AccountID}}{{SessionName}}", Some("x"), "111122223333x"),
        (
            "system:node:{{EC2PrivateDNSName}}",
            Some("i-1"),
            "system:node:ip-10-0-0-1.ec2.internal",
        ),
        (
            "x:{{SessionNameRaw}}",
            Some("{{AccountID}}"),
            "x:{{AccountID}}",
        ),
        ("x:{{SessionName}}", None, "x:"),
        ("aws:{{SessionName}}", Some("x"), "aws:x"),
        ("{x}}y".trim_end_matches("}y"), None, "{x}"),
    ];
    for (template, session_name, expected) in table {
        assert_eq!(
            render(template, session_name),
            Ok(expected.to_owned()),
            "{template}"
        );
    }
}

#[test]
fn denies_names_that_values_must_not_make() {
    let separator = |variable, separator| RenderError::Separator {
        variable,
        separator,
    };
    let table = [
        ("{{SessionName}}", None, RenderError::Empty),
        ("{{SessionName}}", Some(" "), RenderError::Empty),
        (
            "{{SessionName}}:masters",
            Some("system"),
            RenderError::ReservedPrefix { prefix: "system:" },
        ),
        (
            "{{SessionNameRaw}}:x",
            Some("iam"),
            RenderError::ReservedPrefix { prefix: "iam:" },
        ),
        (
            "sys{{SessionName}}:x",
            Some("tem"),
            RenderError::ReservedPrefix { prefix: "system:" },
        ),
        (
            "x:{{SessionName}}",
            Some("a:b"),
            separator(Variable::SessionName, ':'),
        ),
        (
            "x:{{SessionNameRaw}}",
            Some("a/b"),
            separator(Variable::SessionNameRaw, '/'),
        ),
        (
            "x:{{SessionName}}",
            Some("a\nb"),
            RenderError::Character { character: '\n' },
        ),
        (
            "x:{{SessionName}}",
            Some("é"),
            RenderError::Character { character: 'é' },
        ),
    ];
    for (template, session_name, expected) in table {
        assert_eq!(render(template, session_name), Err(expected), "{template}");
    }
    let without = Values {
        ec2_private_dns_name: None,
        ..values(Some("i-1"))
    };
    let template = Template::parse("system:node:{{EC2PrivateDNSName}}").unwrap();
    assert_eq!(
        template.render(&without),
        Err(RenderError::NoEc2PrivateDnsName)
    );
    assert!(template.needs_ec2_private_dns_name());
}

#[test]
fn refuses_placeholders_that_do_not_exist_and_names_the_nearest() {
    let unknown = |found: &str, meant| {
        Err(TemplateError::Unknown {
            found: found.to_owned(),
            meant,
        })
    };
    let table = [
        (
            "{{SessionName }}",
            unknown("SessionName ", Some(Variable::SessionName)),
        ),
        (
            "{{ AccountID }}",
            unknown(" AccountID ", Some(Variable::AccountId)),
        ),
        (
            "a{{sessionName}}",
            unknown("sessionName", Some(Variable::SessionName)),
        ),
        (
            "{{SessionNameRow}}",
            unknown("SessionNameRow", Some(Variable::SessionNameRaw)),
        ),
        (
            "{{EC2PrivateDnsName}}",
            unknown("EC2PrivateDnsName", Some(Variable::Ec2PrivateDnsName)),
        ),
        (
            "{{AccessKey}}",
            unknown("AccessKey", Some(Variable::AccessKeyId)),
        ),
        ("{{Foo}}", unknown("Foo", None)),
        ("{{}}", unknown("", None)),
        (
            "{{{SessionName}}}",
            unknown("{SessionName", Some(Variable::SessionName)),
        ),
        ("{{SessionName", Err(TemplateError::Unclosed)),
        ("SessionName}}", Err(TemplateError::Unopened)),
        ("{{AccountID}} }}", Err(TemplateError::Unopened)),
    ];
    for (text, expected) in table {
        assert_eq!(Template::parse(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn parse_and_display_are_inverses(
        text in prop_oneof!["[a-z{}]{0,8}", "([a-z:{} ]{0,3}(\\{\\{(AccountID|SessionName|AccessKeyID)\\}\\})?){0,3}"],
    ) {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(template.to_string(), text);
        }
    }

    #[test]
    fn a_rendered_name_is_printable_and_gains_nothing_reserved(
        template in "(system:|a:)?(\\{\\{(SessionName|SessionNameRaw|AccountID)\\}\\}){1,2}(:b)?",
        session_name in prop_oneof!["[a-z:/@ {}é]{0,10}", Just("system".to_owned())],
    ) {
        if let Ok(name) = render(&template, Some(&session_name)) {
            prop_assert!(name.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert_eq!(name.starts_with("system:"), template.starts_with("system:"));
            prop_assert_eq!(name.matches(':').count(), template.matches(':').count());
        }
    }
}
