//! A server that is not reached, or not trusted.

use e2e::support::pki::Ca;
use e2e::support::proxy::Proxy;

use crate::site;

#[test]
fn a_server_that_is_not_there_or_not_trusted_is_told_apart_and_the_token_is_kept_from_it() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let (address, _) = site.cluster.api_server();
    let elsewhere = site
        .kubeconfig()
        .replace(&address.to_string(), "127.0.0.1:1");
    let (name, message, hint) = site.problem(site.check(&elsewhere, &alice));
    assert_eq!("server", name);
    assert!(
        message.starts_with("connecting to 127.0.0.1:1: "),
        "{message}"
    );
    assert!(hint.starts_with("a private endpoint is reached from its own network alone"));
    let stranger = Ca::new("another CA").pem();
    let file = site.cluster.sandbox.write("home/another-ca.pem", stranger);
    let line = site.kubeconfig();
    let line = line
        .lines()
        .find(|line| line.contains("certificate-authority-data"));
    let line = line.expect("the entry has certificates").to_owned();
    let untrusted = site.kubeconfig().replace(
        &line,
        &format!("    certificate-authority: {}", file.display()),
    );
    let (name, message, _) = site.problem(site.check(&untrusted, &alice));
    assert_eq!("server", name);
    assert!(
        message.contains("shows a certificate that does not hold by the roots of"),
        "{message}"
    );
    let nobody = site
        .kubeconfig()
        .replace(&line, "    insecure-skip-tls-verify: true");
    let (steps, _) = site.steps(site.check(&nobody, &alice));
    let last = steps.last().cloned().unwrap_or_default();
    let text = site.check(&nobody, &alice).succeed().stdout;
    assert!(
        text.ends_with("\nnothing wrong was found, and access was not seen\n"),
        "{text}"
    );
    assert_eq!(["server", "warning"], [last[0].as_str(), last[1].as_str()]);
}

#[test]
fn the_proxy_of_the_entry_is_gone_through_and_blamed() {
    let Some(site) = site() else { return };
    let _story = site.story();
    let alice = site.cluster.sts.add_user("alice");
    let server = |proxy: &str| {
        let beside = "    certificate-authority-data:";
        let with_proxy = format!("    proxy-url: {proxy}\n{beside}");
        let kubeconfig = site.kubeconfig().replacen(beside, &with_proxy, 1);
        let (steps, code) = site.steps(site.check(&kubeconfig, &alice));
        let mut found = steps.into_iter().filter(|[name, ..]| name == "server");
        let [_, result, message, hint] = found.next().expect("the server is asked");
        (code, result, message, hint)
    };
    let proxy = Proxy::start(site.cluster.sts.resolve());
    let (address, _) = site.cluster.api_server();
    assert_eq!(
        (
            Some(0),
            "ok".to_owned(),
            format!(
                "https://{address} answers, and its certificate holds, through the entry's proxy"
            ),
            String::new()
        ),
        server(&proxy.url())
    );
    assert_eq!(1, proxy.journal().len());
    let (code, result, message, hint) = server("http://127.0.0.1:1");
    assert_eq!((Some(1), "problem"), (code, result.as_str()));
    assert!(message.contains("127.0.0.1:1"), "{message}");
    assert_eq!("check the proxy-url of the entry and the network", hint);
    let (code, result, message, _) = server("ftp://127.0.0.1:1");
    assert_eq!((Some(1), "problem"), (code, result.as_str()));
    assert!(message.starts_with("proxy-url: "), "{message}");
}
