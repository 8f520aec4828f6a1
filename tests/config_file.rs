//! All of the configuration as one file: `bellhop config` as anybody would type it, on a desk that runs
//! and on one that does not.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::json;

use crate::configuration::{opened, policy, sent, short_days};
use crate::doors::hire;
use crate::harness::{ADMIN, Desk, Person, invariants, program};

/// What the program said.
pub struct Said {
    fine: bool,
    out: String,
    error: String,
}

impl Said {
    /// What it printed; it must have done what was asked.
    #[track_caller]
    pub fn fine(self) -> String {
        assert!(self.fine, "{}{}", self.out, self.error);
        self.out
    }

    /// Why it refused.
    #[track_caller]
    pub fn wrong(self) -> String {
        assert!(!self.fine, "{}", self.out);
        self.error
    }
}

/// Says `bellhop config …` about this desk, with a file on its standard input.
pub fn config(desk: &Desk, words: &[&str], input: &str) -> Said {
    let mut command = desk.command(program());
    command.arg("config").args(words);
    said(&mut command, input)
}

fn said(command: &mut Command, input: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that refuses before it reads closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("words");
    Said { fine: output.status.success(), out: text(output.stdout), error: text(output.stderr) }
}

/// The same, with where the desk listens.
pub fn at<'a>(desk: &'a Desk, words: &[&'a str]) -> Vec<&'a str> {
    let listen = desk.base().trim_start_matches("http://");
    words.iter().copied().chain(["--listen", listen]).collect()
}

#[tokio::test]
async fn the_whole_configuration_is_one_file() {
    let mut desk = Desk::start().await;
    let admin = desk.admin();
    hire(&desk, "ana@example.com", json!({ "name": "Ana \"A\" Silva", "role": "lead" })).await;
    hire(&desk, "ben@example.com", json!({ "name": "Ben" })).await;
    let queue = json!({ "id": "it", "lead": "ana@example.com", "channel": "slack:C0IT" });
    admin.post("/v1/queues", queue).await.expect(201);
    admin.post("/v1/calendars", short_days()).await.expect(201);
    let it = policy("it", "IT", json!({ "queue": ["it"] }), "2h");
    admin.post("/v1/policies", it).await.expect(201);
    let ask = |words: &[&str], input: &str| config(&desk, &at(&desk, words), input);

    let text = ask(&["export"], "").fine();
    assert!(text.starts_with("# "), "{text}");
    let by_rest = admin.get("/v1/config").await;
    assert_eq!(
        (by_rest.text.as_str(), by_rest.header("content-type")),
        (&*text, "application/toml")
    );
    let version: u64 = by_rest.header("etag").trim_matches('"').parse().expect("a version");
    let plan = ask(&["plan", "-"], &text).fine();
    assert_eq!(plan, format!("no change from version {version}\n"));
    let same = ask(&["apply", "-"], &text).fine();
    assert_eq!(same, format!("no change; version {version} stays in force\n"));

    let edited = text.replacen("lead = \"ana@example.com\"", "lead = \"ben@example.com\"", 1);
    let plan = ask(&["plan", "-"], &edited).fine();
    let line = "~ queue it: lead  ana@example.com → ben@example.com\n";
    assert_eq!(plan, format!("{line}1 change from version {version}\n"));
    assert_eq!(ask(&["export"], "").fine(), text, "a plan changes nothing");
    let applied = ask(&["apply", "-"], &edited).fine();
    assert_eq!(applied, format!("{line}version {} is in force\n", version + 1));
    let lead = admin.get("/v1/queues/it").await.expect(200)["lead"]["name"].clone();
    assert_eq!(lead, "Ben");

    let broken = edited.replacen("\"2h\"", "\"2 hourz\"", 1);
    let line = 1 + edited[..edited.find("\"2h\"").expect("a target")].matches('\n').count();
    let place =
        format!("line {line}: policies[0].targets.medium.first_response: \"2 hourz\" is not");
    for verb in ["plan", "apply"] {
        let error = ask(&[verb, "-"], &broken).wrong();
        assert!(error.contains(&place), "{error}");
    }
    let nobody = edited.replace("role = \"admin\"", "role = \"agent\"");
    let error = ask(&["apply", "-"], &nobody).wrong();
    assert!(error.contains("the last admin cannot be removed"), "{error}");
    let usurped =
        nobody.replace("name = \"Ben\", role = \"agent\"", "name = \"Ben\", role = \"admin\"");
    let error = ask(&["apply", "-"], &usurped).wrong();
    assert!(error.contains("you would no longer be an admin yourself"), "{error}");
    assert_eq!(ask(&["export"], "").fine(), edited, "nothing of it was done");

    let history = ask(&["history"], "").fine();
    assert!(history.contains(&format!("version {}  2", version + 1)), "{history}");
    assert!(history.contains("ana@example.com → ben@example.com"), "{history}");
    assert_eq!(history.matches("in force").count(), 1, "{history}");
    assert!(history.contains("version 0  –"), "{history}");
    let back = ask(&["rollback", &version.to_string()], "").fine();
    assert!(back.ends_with(&format!("version {} is in force\n", version + 2)), "{back}");
    assert_eq!(ask(&["export"], "").fine(), text);
    assert!(ask(&["rollback", "999"], "").wrong().contains("there is no such version"));

    nothing_goes_over_somebodys_head(&admin, &edited, &text, version).await;
    on_a_desk_that_does_not_run(&mut desk, &text, &edited).await;
    invariants(&desk).await;
}

async fn nothing_goes_over_somebodys_head(admin: &Person, edited: &str, text: &str, version: u64) {
    let put = |tag: String, text: &str| {
        let request = admin.request(Method::PUT, "/v1/config").header("if-match", tag);
        request.header("content-type", "application/toml").body(text.to_owned())
    };
    sent(put(format!("\"{version}\""), edited)).await.problem(412, None);
    let now = admin.get("/v1/config").await.header("etag").to_owned();
    let done = sent(put(now, edited)).await;
    assert_eq!(done.header("etag"), format!("\"{}\"", version + 3));
    let done = done.expect(200);
    assert_eq!(done["changes"][0]["what"], "queue it");
    assert_eq!(done["changes"][0]["to"], "ben@example.com");
    let body = json!({ "toml": text });
    let plan = admin.post("/v1/config/plan", body.clone()).await.expect(200);
    assert_eq!(plan["changes"][0]["to"], "ana@example.com");
    sent(admin.request(Method::PUT, "/v1/config").json(&body)).await.expect(200);
    let body = json!({ "toml": "zone = 1" });
    admin.post("/v1/config/plan", body).await.problem(422, Some("zone"));
    admin.post("/v1/config/plan", json!({ "toml": "[" })).await.problem(422, Some("toml"));
    admin.post("/v1/config/rollback", json!({})).await.problem(422, Some("version"));

    let back = json!({ "version": version + 3 });
    let once = || admin.post_once("/v1/config/rollback", "back", &back);
    let (one, two) = (once().await.expect("one"), once().await.expect("two"));
    assert_eq!(one.expect(200), two.expect(200));
    let versions = admin.all("/v1/config/versions").await;
    assert_eq!(versions[0]["version"], version + 5, "{versions:#?}");
    assert_eq!(admin.all("/v1/config/versions?limit=2").await, versions);
    sent(admin.request(Method::PUT, "/v1/config").json(&json!({ "toml": text }))).await.expect(200);
    assert_eq!(once().await.expect("three").status, 200);
    assert_eq!(admin.get("/v1/config").await.text, text, "what came after it stays");

    let ticket = opened(admin, json!({ "queue": "it" })).await;
    let error = admin.post("/v1/config/rollback", json!({ "version": 0 })).await;
    assert!(error.text.contains("queue it has open tickets"), "{}", error.text);
    error.problem(409, None);
    let number = ticket["number"].as_u64().expect("a number");
    admin.act(number, "cancel", json!({})).await.expect(200);
}

/// The same file on a fresh desk leaves a desk that writes the same file.
async fn on_a_desk_that_does_not_run(desk: &mut Desk, text: &str, edited: &str) {
    // What is on its way when a desk is killed may be sent again.
    desk.settle().await;
    desk.kill();
    assert_eq!(config(desk, &["export"], "").fine(), text);
    assert!(config(desk, &["apply", "-"], edited).fine().contains("is in force"));
    assert_eq!(config(desk, &["export"], "").fine(), edited);
    assert!(config(desk, &["apply", "-"], text).fine().contains("is in force"));

    let other = tempfile::tempdir().expect("a folder");
    let ask = |words: &[&str], input: &str| {
        let mut command = desk.command(program());
        command.env("BELLHOP_DATA", other.path().join("data")).current_dir(other.path());
        said(command.arg("config").args(words), input)
    };
    let fresh = ask(&["export"], "").fine();
    assert!(fresh.contains(ADMIN) && !fresh.contains("ana@example.com"), "{fresh}");
    let file = other.path().join("desk.toml");
    std::fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("a path");
    assert!(ask(&["plan", file], "").fine().contains("+ queue it"));
    ask(&["apply", file], "").fine();
    assert_eq!(ask(&["export"], "").fine(), text);
    let copy = other.path().join("copy.toml");
    ask(&["export", copy.to_str().expect("a path")], "").fine();
    assert_eq!(std::fs::read_to_string(&copy).expect("a file"), text);
    assert!(ask(&["rollback", "0"], "").fine().contains("- queue it"));
    assert_eq!(ask(&["export"], "").fine(), fresh);
    assert!(ask(&["plan", "nowhere.toml"], "").wrong().contains("cannot read nowhere.toml"));
    desk.start_again().await;
    assert_eq!(desk.admin().get("/v1/config").await.text, text);
}
