//! Whole messages against a file of records, and against a server that never answers. The keys are those
//! of RFC 8463, appendix A: they are printed there, and protect nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};

use super::records::Records;
use super::*;

const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// `own.test` and what is below it sign, `strict.test` has a policy and nothing else, `open.test` has
/// none, `gone.test` took its key back.
const RECORDS: &str = r#"
# Who may send.
own.test.  300 IN TXT "v=spf1 ip4:192.0.2.1 a:mx.own.test mx include:open.test -all"
own.test   TXT "something else"
own.test   MX 10 in.own.test.
mx.own.test A 192.0.2.2
mx.own.test AAAA 2001:db8::2
in.own.test A 192.0.2.3
open.test  TXT "v=spf1 ip4:192.0.2.9 ?all"
asks.test  TXT "v=spf1 exists:%{i}.asks.test -all"
strict.test TXT "v=spf1 -all"

; What is done with the rest.
_dmarc.own.test    TXT "v=DMARC1; " "p=reject"
_dmarc.strict.test TXT "v=DMARC1\; p=quarantine"

s._domainkey.own.test    TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
s._domainkey.m.own.test  TXT "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
s._domainkey.open.test   TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
s._domainkey.gone.test   TXT "v=DKIM1; p="
"#;

const MAIL: &str = "From: Ana <ana@own.test>\r\nSubject: hi\r\n\r\nIt is dark.\r\n";

/// A signature of no version there is.
const BROKEN: &str = "DKIM-Signature: v=2; d=own.test; s=s; b=AA==; bh=AA==; h=from\r\n";

fn voucher(lookup: Lookup) -> Arc<Voucher> {
    Arc::new(Voucher::new("Desk.Test", lookup))
}

fn with_records() -> Arc<Voucher> {
    voucher(Lookup::records(Records::read(RECORDS).unwrap()).unwrap())
}

/// The message under a signature of this domain that covers these fields.
fn signed(domain: &str, fields: &[&str], message: &str) -> String {
    let [seed, public] = [SEED, PUBLIC].map(|key| STANDARD.decode(key).unwrap());
    let key = Ed25519Key::from_seed_and_public_key(&seed, &public).unwrap();
    let signer = DkimSigner::from_key(key).domain(domain).selector("s");
    let signature = signer.headers(fields.iter().copied()).sign(message.as_bytes()).unwrap();
    format!("{}{message}", signature.to_header())
}

fn from(peer: &str, mail_from: &str) -> Origin {
    let mail_from = (!mail_from.is_empty()).then(|| mail_from.to_owned());
    Origin { peer: peer.parse().unwrap(), helo: "mx.own.test".into(), mail_from }
}

/// What is found out, on one line and without the names.
async fn found(voucher: &Arc<Voucher>, origin: Origin, message: &str) -> String {
    let judged = voucher.judged(origin, message.as_bytes().to_vec()).await;
    let judged = String::from_utf8(judged).unwrap();
    let field = judged.strip_suffix(message).expect("the message follows as it came");
    let words = field.strip_prefix("Authentication-Results: desk.test;\r\n\t").expect("our field");
    let words = words.strip_suffix("\r\n").expect("one whole field");
    assert!(!words.replace("\r\n\t", "").contains(['\r', '\n']), "{field:?}");
    words
        .split(";\r\n\t")
        .filter_map(|word| word.split_whitespace().next())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn a_connection_may_send_for_whom_its_domain_says() {
    let voucher = with_records();
    let rows = [
        ("192.0.2.1", "ana@own.test", "spf=pass dkim=none dmarc=pass"),
        ("192.0.2.2", "ana@own.test", "spf=pass dkim=none dmarc=pass"),
        ("2001:db8::2", "ana@own.test", "spf=pass dkim=none dmarc=pass"),
        ("192.0.2.3", "ana@own.test", "spf=pass dkim=none dmarc=pass"),
        ("192.0.2.9", "ana@own.test", "spf=pass dkim=none dmarc=pass"),
        ("192.0.2.4", "ana@own.test", "spf=fail dkim=none dmarc=fail"),
        ("192.0.2.9", "eve@open.test", "spf=pass dkim=none dmarc=fail"),
        ("192.0.2.4", "eve@open.test", "spf=neutral dkim=none dmarc=fail"),
        ("192.0.2.4", "eve@asks.test", "spf=permerror dkim=none dmarc=fail"),
        ("192.0.2.4", "eve@unheard.test", "spf=none dkim=none dmarc=fail"),
        ("192.0.2.4", "eve", "spf=none dkim=none dmarc=fail"),
        ("192.0.2.4", "", "spf=none dkim=none dmarc=fail"),
        // Behind a relay the address is the relay's.
        ("127.0.0.1", "ana@own.test", "spf=none dkim=none dmarc=fail"),
        ("100.64.0.1", "ana@own.test", "spf=none dkim=none dmarc=fail"),
        ("::ffff:10.1.2.3", "ana@own.test", "spf=none dkim=none dmarc=fail"),
        ("fd00::1", "ana@own.test", "spf=none dkim=none dmarc=fail"),
    ];
    for (peer, mail_from, expected) in rows {
        let found = found(&voucher, from(peer, mail_from), MAIL).await;
        assert_eq!(found, expected, "{peer} for {mail_from}");
    }
}

#[tokio::test]
async fn a_signature_speaks_for_its_own_domain() {
    let voucher = with_records();
    let covered = ["From", "Subject"];
    let open = MAIL.replace("own.test", "open.test");
    let gone = MAIL.replace("own.test", "gone.test");
    let own = signed("own.test", &covered, MAIL);
    let rows = [
        (own.clone(), "spf=none dkim=pass dmarc=pass"),
        (own.replace("dark", "bark"), "spf=none dkim=neutral dmarc=fail"),
        (own.replace("hi", "ho"), "spf=none dkim=fail dmarc=fail"),
        (own.replace("s=s;", "s=t;"), "spf=none dkim=permerror dmarc=fail"),
        (signed("m.own.test", &covered, MAIL), "spf=none dkim=pass dmarc=pass"),
        (signed("open.test", &covered, MAIL), "spf=none dkim=pass dmarc=fail"),
        (signed("open.test", &covered, &own), "spf=none dkim=pass dkim=pass dmarc=pass"),
        (signed("open.test", &covered, &open), "spf=none dkim=pass dmarc=none"),
        (signed("gone.test", &covered, &gone), "spf=none dkim=permerror dmarc=none"),
        // What does not cover the author says nothing of them.
        (signed("own.test", &["Subject"], MAIL), "spf=none dkim=policy dmarc=fail"),
        (MAIL.replace("own.test", "strict.test"), "spf=none dkim=none dmarc=fail"),
        (MAIL.replace("own.test", "below.strict.test"), "spf=none dkim=none dmarc=fail"),
        (format!("DKIM-Signature: no\r\n{MAIL}"), "spf=none dkim=none dmarc=fail"),
        (format!("{BROKEN}{MAIL}"), "spf=none dkim=neutral dmarc=fail"),
        (open.replace("ana@open.test", "ana"), "spf=none dkim=none dmarc=permerror"),
        (open.replace("From:", "To:"), "spf=none dkim=none dmarc=none"),
        ("no mail\0\u{fe}".to_owned(), "spf=none dkim=none dmarc=none"),
        (String::new(), "spf=none dkim=none dmarc=none"),
    ];
    for (message, expected) in rows {
        let found = found(&voucher, from("127.0.0.1", "x@y.test"), &message).await;
        assert_eq!(found, expected, "{message}");
    }
    let many = format!("{}{own}", BROKEN.repeat(900));
    let found = found(&voucher, from("127.0.0.1", ""), &many).await;
    assert_eq!(found.matches("dkim=").count(), 6, "{found}");
}

/// Mail that somebody signed, with another author put where the desk reads it and not the signature.
#[tokio::test]
async fn an_author_only_one_reader_finds_is_nobodys() {
    let voucher = with_records();
    let own = signed("own.test", &["From", "Subject"], MAIL);
    for before in [
        "From: boss@own.test\r\n",
        "From : boss@own.test\r\n",
        "From: boss@own.test\r\n \r\ngarbage\n",
        "From: boss@own.test, ana@own.test\r\n",
    ] {
        let found = found(&voucher, from("127.0.0.1", ""), &format!("{before}{own}")).await;
        assert!(found.ends_with(" dmarc=permerror"), "{before:?}: {found}");
    }
}

#[tokio::test]
async fn what_claims_to_be_ours_is_gone() {
    let voucher = with_records();
    let claim = "AUTHENTICATION-RESULTS :\r\n\tDesk.Test; dmarc=pass\r\n";
    let message = signed("own.test", &["From"], MAIL);
    let judged = voucher.judged(from("127.0.0.1", ""), format!("{claim}{message}").into()).await;
    let judged = String::from_utf8(judged).unwrap();
    assert!(judged.ends_with(&message), "{judged}");
    assert_eq!(judged.to_lowercase().matches("authentication-results").count(), 1, "{judged}");
}

/// A resolver that takes questions and says nothing: the mail goes on, and nothing is held against it.
#[tokio::test(start_paused = true)]
async fn silence_is_no_verdict_and_does_not_last() {
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut connection = ConnectionConfig::udp();
    connection.port = silent.local_addr().unwrap().port();
    let server = NameServerConfig::new([127, 0, 0, 1].into(), true, vec![connection]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let voucher = voucher(Lookup::of(config, ResolverOpts::default(), None).unwrap());
    let message = signed("own.test", &["From"], &signed("open.test", &["From"], MAIL));
    let asked = tokio::time::Instant::now();
    let found = found(&voucher, from("192.0.2.1", "ana@own.test"), &message).await;
    assert_eq!(found, "spf=temperror dkim=temperror dkim=temperror dmarc=temperror");
    assert!(asked.elapsed() <= PATIENCE, "{:?}", asked.elapsed());
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let rows = [
        "x.test",
        "x.test TXT",
        "x.test TXT v=spf1",
        "x.test TXT \"open",
        "x.test TXT \"open\\",
        "x.test TXT \"\\25\"",
        "x.test TXT \"\\999\"",
        "x.test A 2001:db8::1",
        "x.test AAAA 192.0.2.1",
        "x.test MX mail.x.test",
        "x.test MX 10",
        "x.test MX 10 mail.x.test and more",
        "x.test CNAME y.test",
        "x.test 300 IN",
    ];
    for row in rows {
        let wrong =
            Records::read(&format!("# fine\n\n{row}\n")).err().map(|wrong| wrong.to_string());
        assert!(wrong.as_deref().unwrap_or_default().starts_with("line 3: "), "{row:?}: {wrong:?}");
    }
}

#[test]
fn where_to_ask_is_a_word_or_a_path() {
    let rows = [
        ("off", MailDns::Off),
        ("", MailDns::Off),
        ("system", MailDns::System),
        ("./off", MailDns::Records("./off".into())),
        ("/etc/bellhop/records", MailDns::Records("/etc/bellhop/records".into())),
    ];
    for (said, expected) in rows {
        assert_eq!(said.parse(), Ok(expected), "{said:?}");
    }
    assert!(Voucher::open(&MailDns::Off, "example.com").unwrap().is_none());
    assert!(Voucher::open(&MailDns::Records("/nowhere".into()), "example.com").is_err());
}
