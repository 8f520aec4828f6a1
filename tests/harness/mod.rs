//! A desk of its own for each test: the real program on throw-away data, its log kept for the case
//! that the test fails. Knows how to start, stop and kill it; what it must answer is the tests' own.

mod acknowledged;
mod at_rest;
mod aws;
pub mod browser;
mod build;
mod chat;
mod corpus;
pub mod discord;
mod discord_rules;
mod invariants;
mod lambda;
pub mod letters;
mod openapi;
mod people;
pub mod shown;
pub mod signed;
mod slack_rich;
mod slack_rules;
mod slack_talk;
mod smtp;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

pub use at_rest::{erasing, traces};
pub use aws::{Aws, FUNCTIONS, http};
pub use build::program;
#[allow(unused_imports, reason = "the benchmark builds and weighs programs itself")]
pub use build::{cargo_build, function, own_folder, profile_of};
pub use chat::{Discord, Slack, TEAM, discord_key, form};
pub use corpus::{corpus, corpus_folder, latin1};
pub use invariants::{
    OUTCOMES, calls_fit, invariants, invariants_answering, invariants_despite, names_ticket,
};
#[allow(unused_imports, reason = "the benchmark holds functions itself")]
pub use lambda::{Answered, Failure, Function};
pub use people::{Answer, Person};
#[allow(unused_imports, reason = "the benchmark has no dialogs")]
pub use slack_talk::Dialog;
pub use smtp::{Smtp, letter};

/// The queue, the people and the domain of a fresh desk.
pub const ADMIN: &str = "admin@example.com";
/// Where the first queue takes mail.
pub const SUPPORT: &str = "support@example.com";

/// Two cores, two desks: more would only make each other wait.
static PLACES: Semaphore = Semaphore::const_new(2);

/// A place among the desks that run at the same time.
pub async fn place() -> SemaphorePermit<'static> {
    PLACES.acquire().await.expect("nobody closes the places")
}

/// How long a desk may take to be ready.
const START: Duration = Duration::from_secs(60);
/// How long one request may take: moving the clock waits for all that follows.
const REQUEST: Duration = Duration::from_secs(180);

/// What a desk is started with.
#[derive(Clone)]
pub struct Setup {
    /// The admin's token; without it the desk makes one.
    pub admin_token: Option<String>,
    /// Slack's signing secret.
    pub slack_secret: String,
    /// The public key of the Discord application, hexadecimal; the folder's own where it is empty.
    pub discord_key: String,
    /// The Discord application that is served; any where it is empty.
    pub discord_application: String,
    /// Where it listens.
    pub listen: String,
    /// Where the mail door asks who sent a mail; nowhere where it is empty.
    pub mail_dns: String,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            admin_token: Some("the-admins-token-of-this-test".into()),
            slack_secret: "8f742231b10e8888abcd99yyyzzz85a5".into(),
            discord_key: discord_key().public_hex(),
            discord_application: String::new(),
            listen: "127.0.0.1:0".into(),
            mail_dns: String::new(),
        }
    }
}

/// One desk. It ends with the test, and its data with it.
pub struct Desk {
    setup: Setup,
    folder: TempDir,
    http: reqwest::Client,
    running: Option<Running>,
    /// Each start, by where it answered: every one takes another port.
    starts: Vec<String>,
    _place: SemaphorePermit<'static>,
}

/// A process and where it listens; killed when dropped.
struct Running {
    child: Child,
    base: String,
    smtp: SocketAddr,
}

impl Desk {
    /// A fresh desk with known secrets.
    pub async fn start() -> Desk {
        Desk::start_with(Setup::default()).await
    }

    /// A fresh desk, started the way the test wants.
    pub async fn start_with(setup: Setup) -> Desk {
        let place = PLACES.acquire().await.expect("the semaphore is never closed");
        let http = reqwest::Client::builder().timeout(REQUEST).no_proxy();
        let redirect = reqwest::redirect::Policy::none();
        let mut desk = Desk {
            setup,
            folder: tempfile::tempdir().expect("a folder for the data"),
            http: http.redirect(redirect).build().expect("a client"),
            running: None,
            starts: Vec::new(),
            _place: place,
        };
        desk.start_again().await;
        desk
    }

    /// Starts the program on the same data, after `kill`.
    pub async fn start_again(&mut self) {
        self.kill();
        let program = tokio::task::spawn_blocking(program).await.expect("the program builds");
        let mut command = self.command(program);
        command.args(["serve", "--listen", &self.setup.listen, "--smtp", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let lines = lines_of(&mut child);
        let (base, smtp) = match tokio::time::timeout(START, ports(lines)).await {
            Ok(Some(ports)) => ports,
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the desk did not say where it listens\n{}", self.log());
            }
        };
        self.starts.push(acknowledged::opened(&base));
        self.running = Some(Running { child, base, smtp });
        self.wait_until_ready().await;
    }

    /// Kills the program (SIGKILL) and starts it again on the same data.
    pub async fn restart(&mut self) {
        self.kill();
        self.start_again().await;
    }

    /// Kills the program as a power cut would: SIGKILL, at once, this process alone.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// The program with this desk's data folder and secrets in its environment, and nothing else of
    /// ours; arguments are the test's.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        forget(&mut command, &["BELLHOP_"]);
        if let Some(token) = &self.setup.admin_token {
            command.env("BELLHOP_ADMIN_TOKEN", token);
        }
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log_file());
        command
            .env("BELLHOP_SLACK_SIGNING_SECRET", &self.setup.slack_secret)
            .envs(given("BELLHOP_DISCORD_PUBLIC_KEY", &self.setup.discord_key))
            .envs(given("BELLHOP_DISCORD_APPLICATION_ID", &self.setup.discord_application))
            .envs(given("BELLHOP_MAIL_DNS", &self.setup.mail_dns))
            .env("BELLHOP_DATA", self.data())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stderr(log.expect("a file for the log"));
        command
    }

    /// Where the data are.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the program wrote to its standard error so far: the end of it.
    pub fn log(&self) -> String {
        let log = std::fs::read(self.log_file()).unwrap_or_default();
        let end = log.get(log.len().saturating_sub(6_000)..).unwrap_or_default();
        String::from_utf8_lossy(end).into_owned()
    }

    /// Where the program answers HTTP, as `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.running().base
    }

    /// Where the program takes mail.
    pub fn smtp_address(&self) -> SocketAddr {
        self.running().smtp
    }

    /// A client that follows no redirect.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Whoever runs the desk.
    pub fn admin(&self) -> Person {
        let made = || std::fs::read_to_string(self.data().join("admin-token")).unwrap_or_default();
        let token = self.setup.admin_token.clone().unwrap_or_else(made);
        Person::new(&self.http, self.base(), token.trim())
    }

    /// Somebody by their address, through the admin's token.
    pub fn as_person(&self, email: &str) -> Person {
        self.admin().acting_for(email)
    }

    /// A person in Slack, by their id (`U…`).
    pub fn slack(&self, user: &str) -> Slack {
        Slack::new(&self.http, self.base(), &self.setup.slack_secret, user)
    }

    /// A person in Discord, by their number.
    pub fn discord(&self, user: &str) -> Discord {
        Discord::new(&self.http, self.base(), user)
    }

    /// A conversation with the mail door.
    pub async fn smtp(&self) -> Smtp {
        Smtp::connect(self.smtp_address()).await.expect("the mail door answers")
    }

    /// Sends one mail to the support queue; the door must take it.
    pub async fn mail(&self, from: &str, subject: &str, body: &str) {
        let raw = letter(from, SUPPORT, subject, body);
        let reply = self.smtp().await.send(from, SUPPORT, &raw).await.expect("a reply");
        assert!(reply.starts_with("250"), "the mail door said {reply}");
    }

    /// Moves the desk's clock forward by an ISO 8601 duration, and waits for all that follows.
    pub async fn advance(&self, duration: &str) {
        self.dev("clock", json!({ "advance": duration })).await;
    }

    /// Sets the desk's clock, which only goes forward, and waits for all that follows.
    pub async fn set_clock(&self, moment: jiff::Timestamp) {
        self.dev("clock", json!({ "set": moment })).await;
    }

    /// How many objects lie in a folder of the desk's bucket.
    pub fn kept(&self, folder: &str) -> usize {
        at_rest::files(&self.data().join("s3/bellhop").join(folder)).len()
    }

    /// Waits until nothing that is due is in flight.
    pub async fn settle(&self) {
        self.dev("settle", json!({})).await;
    }

    /// What shall go wrong from now on, as `/dev/faults` takes it; `{}` ends it.
    pub async fn faults(&self, wanted: Value) {
        self.dev("faults", wanted).await;
    }

    async fn dev(&self, what: &str, body: Value) {
        let url = format!("{}/dev/{what}", self.base());
        let answer = self.http.post(url).json(&body).send().await.expect("the desk answers");
        let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
        assert!(
            status.is_success(),
            "/dev/{what} {body} answered {status}: {text}\n{}",
            self.log()
        );
    }

    /// Everything that left after the numbered item, oldest first.
    pub async fn outbox_since(&self, seq: u64) -> Vec<Value> {
        let url = format!("{}/dev/outbox.json?since={seq}", self.base());
        let answer = self.http.get(url).send().await.expect("the desk answers");
        assert_eq!(answer.status().as_u16(), 200, "/dev/outbox.json");
        let mut body: Value = answer.json().await.expect("JSON");
        serde_json::from_value(body["items"].take()).expect("a list of items")
    }

    /// The number of the last thing that left.
    pub async fn outbox_end(&self) -> u64 {
        self.outbox_since(0).await.last().and_then(|item| item["seq"].as_u64()).unwrap_or(0)
    }

    /// Mails to one address after the numbered item.
    pub async fn mails_to(&self, address: &str, since: u64) -> Vec<Value> {
        let mut mails = self.outbox_since(since).await;
        mails.retain(|item| item["kind"] == "mail" && item["to"] == address);
        mails
    }

    /// Every ticket, newest first.
    pub async fn tickets(&self) -> Vec<Value> {
        self.admin().all("/v1/tickets?limit=100").await
    }

    /// The one ticket there is.
    pub async fn only_ticket(&self) -> Value {
        let mut tickets = self.tickets().await;
        assert_eq!(tickets.len(), 1, "one ticket: {tickets:#?}");
        tickets.remove(0)
    }

    /// The whole ledger of one door, newest last.
    pub async fn ledger(&self, door: &str) -> Vec<Value> {
        self.admin().all(&format!("/v1/inbound?door={door}&limit=100")).await
    }

    async fn wait_until_ready(&self) {
        let url = format!("{}/healthz", self.base().replace("0.0.0.0", "127.0.0.1"));
        let ready = async {
            loop {
                if let Ok(answer) = self.http.get(&url).send().await
                    && answer.status().as_u16() == 200
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let within = tokio::time::timeout(START, ready).await;
        assert!(within.is_ok(), "the desk did not become ready\n{}", self.log());
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the desk is running")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the desk's log ends with ---\n{}", self.log());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The seconds since 1970 by the machine's clock, which signatures go by.
#[allow(clippy::disallowed_methods, reason = "tests play Slack, and Slack has a clock")]
pub fn wall() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A setting of the test run itself.
#[allow(clippy::disallowed_methods, reason = "how much is tested is told by the environment")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Takes every variable that begins so out of what a program is started with.
pub fn forget(command: &mut Command, prefixes: &[&str]) {
    for (name, _) in std::env::vars_os() {
        if prefixes.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
}

/// A number no other call gives in this run.
pub fn fresh() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

/// The lines of a process, read on a thread of their own so that it never waits for a reader.
fn lines_of(child: &mut Child) -> mpsc::UnboundedReceiver<String> {
    use std::io::BufRead;
    let (sender, receiver) = mpsc::unbounded_channel();
    let stdout = child.stdout.take().expect("stdout is piped");
    std::thread::spawn(move || {
        for line in std::io::BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

async fn ports(mut lines: mpsc::UnboundedReceiver<String>) -> Option<(String, SocketAddr)> {
    let (mut base, mut smtp) = (None, None);
    while base.is_none() || smtp.is_none() {
        let line = lines.recv().await?;
        if let Some(url) = line.strip_prefix("listening on ") {
            base = Some(url.trim().trim_end_matches('/').to_owned());
        }
        if let Some(address) = line.strip_prefix("smtp on ") {
            smtp = address.trim().parse().ok();
        }
    }
    Some((base?, smtp?))
}

/// A variable of the environment, where it says something.
fn given<'a>(name: &'static str, value: &'a str) -> Option<(&'static str, &'a str)> {
    (!value.is_empty()).then_some((name, value))
}
