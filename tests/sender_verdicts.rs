//! Who is believed at the mail door of one machine: whoever signed their mail, where the door may ask for
//! keys, and nobody for what a mail says of itself. The key is the one of RFC 8463, appendix A: it is
//! printed there, and protects nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::doors::hire;
use crate::harness::letters::{Letter, got};
use crate::harness::{Desk, SUPPORT, Setup, Smtp, corpus_folder, invariants, program};
use crate::mails::crlf;

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.org";
/// Of a domain that says nothing of its mail.
const KOFI: &str = "kofi@example.net";

const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const RECORDS: &str = "\
example.org                  TXT \"v=spf1 -all\"
_dmarc.example.org           TXT \"v=DMARC1; p=reject\"
test._domainkey.example.org  TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
";

/// A desk that looks senders up in the records, and the folder these lie in.
async fn desk_that_asks() -> (Desk, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("records");
    std::fs::write(&path, RECORDS).expect("a file");
    let mail_dns = path.to_str().expect("a path").to_owned();
    (Desk::start_with(Setup { mail_dns, ..Setup::default() }).await, folder)
}

/// A mail as the server of `example.org` sends it on.
fn signed(letter: &Letter) -> String {
    let raw = letter.raw();
    let [seed, public] = [SEED, PUBLIC].map(|key| STANDARD.decode(key).expect("a key"));
    let key = Ed25519Key::from_seed_and_public_key(&seed, &public).expect("a key");
    let signer = DkimSigner::from_key(key).domain("example.org").selector("test");
    let signature = signer.headers(["From", "To", "Cc", "Subject"]).sign(raw.as_bytes());
    format!("{}{raw}", signature.expect("a signature").to_header())
}

/// Sends it and answers its line in the ledger.
async fn became(desk: &Desk, from: &str, to: &str, raw: &str) -> Value {
    let said = desk.smtp().await.send(from, to, raw).await.expect("an answer");
    assert!(said.starts_with("250"), "{said}");
    line(desk).await
}

async fn line(desk: &Desk) -> Value {
    desk.settle().await;
    desk.ledger("email").await.pop().expect("a line")
}

/// What a mail whose line this is was kept as.
fn kept(desk: &Desk, line: &Value) -> String {
    let id = line["id"].as_str().expect("an id");
    std::fs::read_to_string(desk.data().join("s3/bellhop/mail").join(id)).expect("the raw mail")
}

fn outcome(line: &Value) -> (&str, u64) {
    let number = line["number"].as_u64().unwrap_or_default();
    (line["outcome"].as_str().unwrap_or_default(), number)
}

/// About the first ticket, by its subject alone.
fn again(from: &str, body: &str) -> Letter {
    let (subject, body) = ("Again [#1]".into(), body.into());
    Letter { subject, body, ..Letter::new(from, SUPPORT) }
}

#[tokio::test]
async fn whoever_signed_their_mail_is_believed() {
    let (desk, folder) = desk_that_asks().await;
    let first = Letter { cc: "Ama <ama@example.net>".into(), ..Letter::new(ANA, SUPPORT) };
    assert_eq!(outcome(&became(&desk, ANA, SUPPORT, &signed(&first)).await), ("ticket", 1));
    let ticket = desk.admin().ticket(1).await;
    assert_eq!(ticket["followers"].as_array().map(Vec::len), Some(1), "{ticket:#}");
    let receipt = desk.mails_to(ANA, 0).await;
    assert!(receipt[0]["body"].to_string().contains("A question"), "{receipt:#?}");

    let more = signed(&again(ANA, "It is still dark."));
    let line_of_it = became(&desk, ANA, SUPPORT, &more).await;
    assert_eq!(outcome(&line_of_it), ("message", 1));
    let raw = kept(&desk, &line_of_it);
    let ours = "\r\nAuthentication-Results: example.com;\r\n\tspf=none smtp.mailfrom=example.org;\r\n\
                \tdkim=pass header.d=example.org;\r\n\tdmarc=pass header.from=example.org\r\n";
    assert!(raw.contains(ours) && raw.contains(&more), "{raw}");

    // One byte that was changed on the way.
    let changed = signed(&again(ANA, "Please pay Eve.")).replace("pay Eve", "pay Eva");
    let line_of_it = became(&desk, ANA, SUPPORT, &changed).await;
    assert_eq!(outcome(&line_of_it), ("ticket", 2));
    let raw = kept(&desk, &line_of_it);
    assert!(raw.contains("\tdkim=neutral header.d=example.org;\r\n\tdmarc=fail"), "{raw}");

    // `bellhop mail` comes in by the same door.
    let file = folder.path().join("mail.eml");
    std::fs::write(&file, signed(&again(ANA, "Now it is bright."))).expect("a file");
    let program = tokio::task::spawn_blocking(program).await.expect("the program builds");
    let mut command = desk.command(program);
    command.arg("mail").arg(&file).args(["--smtp", &desk.smtp_address().to_string()]);
    assert!(command.status().expect("it runs").success(), "{}", desk.log());
    assert_eq!(outcome(&line(&desk).await), ("message", 1));
    invariants(&desk).await;
}

/// The address that was made for Ana is of no use in a mail that is known not to be hers.
#[tokio::test]
async fn a_forged_author_is_doubted_and_cannot_act() {
    let (desk, _folder) = desk_that_asks().await;
    let ben = hire(&desk, BEN, json!({ "name": "Ben" })).await;
    became(&desk, ANA, SUPPORT, &signed(&Letter::new(ANA, SUPPORT))).await;
    ben.act(1, "claim", json!({})).await.expect(200);
    let anas = got(&desk, ANA, 1).await;
    let answer = |from: &str, body: &str| {
        let (answers, body) = (anas.message_id.clone(), body.into());
        Letter { answers, body, ..Letter::new(from, &anas.reply_to) }
    };
    let forged = answer(ANA, "Send it to my new address.").raw();
    became(&desk, "eve@example.net", &anas.reply_to, &forged).await;
    let genuine = signed(&answer(ANA, "Thank you."));
    assert_eq!(outcome(&became(&desk, ANA, &anas.reply_to, &genuine).await), ("message", 1));

    // Nor for an agent; who is one once the mail is signed.
    let order = again(BEN, "#priority high\r\n\r\nWe are on it.");
    assert_ne!(outcome(&became(&desk, BEN, SUPPORT, &order.raw()).await).1, 1);
    assert_ne!(desk.admin().ticket(1).await["priority"], "high");
    assert_eq!(outcome(&became(&desk, BEN, SUPPORT, &signed(&order)).await), ("message", 1));
    assert_eq!(desk.admin().ticket(1).await["priority"], "high");

    let said = json!(desk.as_person(ANA).all("/v1/tickets/1/messages").await).to_string();
    assert!(said.contains("Thank you.") && said.contains("We are on it."), "{said}");
    assert!(!said.contains("new address"), "{said}");
    // Agents read it, and that it is nobody's word.
    let said = json!(desk.admin().all("/v1/tickets/1/messages").await).to_string();
    assert!(said.contains("was made for somebody else") && said.contains("new address"), "{said}");
    invariants(&desk).await;
}

/// The header by which the desk is told, brought along by the sender.
#[tokio::test]
async fn nobody_vouches_for_themselves() {
    let claims = [
        "Authentication-Results: example.com; dmarc=pass header.from=example.net\r\n",
        "AUTHENTICATION-RESULTS: EXAMPLE.COM; DMARC=PASS\r\n",
        "Authentication-Results:\r\n\texample.com;\r\n\tspf=pass smtp.mailfrom=example.net;\r\n dmarc=pass\r\n",
        "authentication-results \t :\texample.com 1;\tdmarc=pass\r\n",
        "Authentication-Results: (example.org) \"example.com\"; dmarc=pass\r\n",
        "Authentication-Results\r\n : example.com; dmarc=pass\r\n",
        "X: y\r\n z\r\nAuthentication-Results: example.com; dkim=pass header.d=example.net\r\n",
        "Received: from a by b; d\r\nAuthentication-Results: example.com; dmarc=pass\r\n",
    ];
    let (asks, _folder) = desk_that_asks().await;
    let plain = Desk::start().await;
    for (desk, strips) in [(&asks, true), (&plain, false)] {
        became(desk, KOFI, SUPPORT, &Letter::new(KOFI, SUPPORT).raw()).await;
        for (at, claim) in claims.iter().enumerate() {
            let raw = format!("{claim}{}", again(KOFI, "It is me.").raw());
            let line = became(desk, KOFI, SUPPORT, &raw).await;
            assert_eq!(outcome(&line), ("ticket", at as u64 + 2), "{claim:?}");
            let raw = kept(desk, &line).to_lowercase();
            assert_eq!(raw.contains("=pass"), !strips, "{raw}");
        }
        // An envelope and a greeting that would go on writing.
        let mut smtp = desk.smtp().await;
        smtp.say("EHLO x;dmarc=pass").await.expect("an answer");
        let raw = again(KOFI, "It is me, really.").raw();
        smtp.send("k@example.net;dmarc=pass", SUPPORT, &raw).await.expect("an answer");
        assert_ne!(outcome(&line(desk).await).1, 1);
        invariants(desk).await;
    }
}

#[tokio::test]
async fn the_same_mail_by_another_way_is_the_same_mail() {
    let (desk, _folder) = desk_that_asks().await;
    for mail in [signed(&Letter::new(ANA, SUPPORT)), Letter::new(KOFI, SUPPORT).raw()] {
        let first = became(&desk, ANA, SUPPORT, &mail).await;
        assert_eq!(first["outcome"], "ticket");
        let other = Smtp::connect_from([127, 0, 0, 2].into(), desk.smtp_address()).await;
        let said = other.expect("a conversation").send(KOFI, SUPPORT, &mail).await;
        assert!(said.expect("an answer").starts_with("250"));
        let second = line(&desk).await;
        assert_eq!(
            (&second["outcome"], &second["number"]),
            (&json!("duplicate"), &first["number"])
        );
        assert!(kept(&desk, &first).contains("smtp.mailfrom=example.org"));
        assert!(kept(&desk, &second).contains("smtp.mailfrom=example.net"));
    }
    invariants(&desk).await;
}

#[tokio::test]
async fn without_records_everything_is_unverified() {
    let desk = Desk::start().await;
    became(&desk, ANA, SUPPORT, &signed(&Letter::new(ANA, SUPPORT))).await;
    let receipt = desk.mails_to(ANA, 0).await;
    assert!(!receipt[0]["body"].to_string().contains("A question"), "{receipt:#?}");
    let raw = signed(&again(ANA, "It is still dark."));
    let line_of_it = became(&desk, ANA, SUPPORT, &raw).await;
    assert_eq!(outcome(&line_of_it), ("ticket", 2));
    let raw = kept(&desk, &line_of_it);
    assert!(!raw.contains("Authentication-Results"), "{raw}");
    // Nor is anybody doubted.
    let anas = got(&desk, ANA, 1).await;
    let unsigned = Letter { answers: anas.message_id, ..Letter::new(ANA, &anas.reply_to) }.raw();
    assert_eq!(outcome(&became(&desk, ANA, &anas.reply_to, &unsigned).await), ("message", 1));
    invariants(&desk).await;
}

#[tokio::test]
async fn mail_as_it_is_found_in_the_wild_breaks_nothing() {
    let Some(mut mails) = corpus_folder("zammad/dev") else { return };
    mails.retain(|(name, _)| name.ends_with(".box"));
    let (desk, _folder) = desk_that_asks().await;
    for (name, bytes) in &mails {
        let said = desk.smtp().await.send_bytes(KOFI, SUPPORT, &crlf(bytes)).await;
        let said = said.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(said.starts_with("250"), "{name}: {said}");
    }
    desk.settle().await;
    assert_eq!((desk.ledger("email").await.len(), desk.kept("mail")), (mails.len(), mails.len()));
    let log = desk.log();
    assert!(!log.contains("panicked") && !log.contains("could not find out"), "{log}");
    invariants(&desk).await;
}

#[tokio::test]
async fn records_that_cannot_be_read_are_named_at_the_start() {
    let (desk, folder) = desk_that_asks().await;
    let path = folder.path().join("wrong");
    std::fs::write(&path, "# keys\nexample.org TXT v=spf1\n").expect("a file");
    let program = tokio::task::spawn_blocking(program).await.expect("the program builds");
    let mut command = desk.command(program);
    command.args(["serve", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--mail-dns"]);
    assert!(!command.arg(&path).status().expect("it runs").success());
    let log = desk.log();
    assert!(log.contains("line 2") && log.contains("quotes") && log.contains("wrong"), "{log}");
}
