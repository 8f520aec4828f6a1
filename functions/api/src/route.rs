//! Every call of the REST door in one table: its path, the parameters and fields it takes, and where
//! it is answered. What is not in the table does not exist; `openapi.json` describes the same rows.

use crate::actions::Verb;
use crate::calendars::OnCalendar;
use crate::configuration::OnConfig;
use crate::erasures::OnErasure;
use crate::forms::OnForm;
use crate::identities::OnIdentity;
use crate::macros::OnMacro;
use crate::organisations::{self, OnOrganisation};
use crate::people;
use crate::policies::OnPolicy;
use crate::preferences;
use crate::relate::Tie;
use crate::rules::OnRule;
use crate::tasks::OnTask;
use crate::texts;
use crate::uploads;
use crate::webhooks::OnWebhook;
use desk::access::Scope;

/// One call.
#[derive(Debug)]
pub(crate) struct Route {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path, with `{…}` for what varies.
    pub path: &'static str,
    /// Parameters of the query it knows, besides `as`.
    pub query: &'static [&'static str],
    /// Fields of the body it knows.
    pub fields: &'static [&'static str],
    /// Where it is answered.
    pub to: To,
}

/// Where a call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    CreateTicket,
    ListTickets,
    GetTicket,
    EditTicket,
    Translate,
    AddMessage,
    TakeBack,
    ListMessages,
    ListEvents,
    Download,
    Bring,
    GetArchive,
    GetReceipt,
    Act(Verb),
    Tie(Tie),
    ListInbound,
    ListMembers,
    AddMember,
    GetMember,
    EditMember,
    ListPeople,
    GetPerson,
    EditPerson,
    Identity(OnIdentity),
    Export,
    Erasure(OnErasure),
    Organisation(OnOrganisation),
    GetPreferences,
    EditPreferences,
    ListQueues,
    AddQueue,
    GetQueue,
    EditQueue,
    Calendar(OnCalendar),
    Policy(OnPolicy),
    Form(OnForm),
    ListPacks,
    AddPack,
    Task(OnTask),
    Rule(OnRule),
    Macro(OnMacro),
    ApplyMacro,
    DryRunRule,
    DryRunPolicy,
    Config(OnConfig),
    Webhook(OnWebhook),
    CreateToken,
    ListTokens,
    RevokeToken,
    ListAudit,
}

/// What a method and a path lead to.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// A call, and what stands where its path has `{…}`.
    Route(&'static Route, Vec<&'a str>),
    /// A path that answers other methods: these.
    OtherMethods(String),
    /// Nothing.
    Nothing,
}

const PAGE: &[&str] = &["limit", "cursor"];
const FILTERS: &[&str] = &[
    "queue",
    "status",
    "priority",
    "assignee",
    "requester",
    "external_id",
    "sort",
    "limit",
    "cursor",
];
const OPENING: &[&str] = &[
    "title",
    "description",
    "requester",
    "queue",
    "type",
    "priority",
    "form",
    "fields",
    "attachments",
    "channel",
    "external_id",
    "metadata",
    "language",
];
const MESSAGE: &[&str] = &["body", "visibility", "attachments", "undo_for"];
const EDIT: &[&str] =
    &["priority", "type", "title", "tags", "queue", "reason", "fields", "metadata"];
const MEMBER: &[&str] = &[
    "email", "name", "role", "queues", "slack", "discord", "skills", "regions", "capacity",
    "calendar",
];
const MEMBER_EDIT: &[&str] =
    &["name", "role", "queues", "slack", "discord", "skills", "regions", "capacity", "calendar"];
const QUEUE: &[&str] = &[
    "id",
    "name",
    "address",
    "members",
    "lead",
    "manager",
    "head",
    "channel",
    "review",
    "tasks_first",
    "private",
    "labels",
    "forbidden",
    "assignment",
    "capacity",
];
const QUEUE_EDIT: &[&str] = &[
    "name",
    "address",
    "members",
    "lead",
    "manager",
    "head",
    "channel",
    "review",
    "tasks_first",
    "private",
    "labels",
    "forbidden",
    "assignment",
    "capacity",
];
const WEBHOOK_EDIT: &[&str] = &["url", "events", "queues", "enabled"];
const CALENDAR_EDIT: &[&str] = &["name", "hours", "zone", "week", "holidays"];
const POLICY: &[&str] = &["id", "name", "when", "targets", "position"];
const FORM: &[&str] = &[
    "id",
    "name",
    "description",
    "status",
    "queue",
    "type",
    "priority",
    "policy",
    "handlers",
    "tasks_first",
    "tasks",
    "fields",
    "position",
];
const FORM_EDIT: &[&str] = &[
    "name",
    "description",
    "status",
    "queue",
    "type",
    "priority",
    "policy",
    "handlers",
    "tasks_first",
    "tasks",
    "fields",
    "position",
];
const PLAN: &[&str] = &["region", "from", "to"];
const TASK_EDIT: &[&str] = &["title", "assignee", "due_at", "done"];
const POLICY_EDIT: &[&str] = &["name", "when", "targets", "position"];
const RULE: &[&str] = &["id", "name", "enabled", "on", "after", "when", "then", "stop", "position"];
const RULE_EDIT: &[&str] = &["name", "enabled", "on", "after", "when", "then", "stop", "position"];

/// The table.
pub(crate) const ROUTES: &[Route] = &[
    post("/v1/tickets", OPENING, To::CreateTicket),
    get("/v1/tickets", FILTERS, To::ListTickets),
    get("/v1/tickets/{number}", &[], To::GetTicket),
    patch("/v1/tickets/{number}", EDIT, To::EditTicket),
    put("/v1/tickets/{number}/texts/{language}", texts::FIELDS, To::Translate),
    post("/v1/tickets/{number}/messages", MESSAGE, To::AddMessage),
    delete("/v1/tickets/{number}/messages/held/{id}", To::TakeBack),
    get("/v1/tickets/{number}/messages", PAGE, To::ListMessages),
    get("/v1/tickets/{number}/events", PAGE, To::ListEvents),
    post("/v1/tickets/{number}/attachments", uploads::FIELDS, To::Bring),
    get("/v1/tickets/{number}/attachments/{id}", &[], To::Download),
    post("/v1/attachments", uploads::FIELDS, To::Bring),
    get("/v1/tickets/{number}/archive", &[], To::GetArchive),
    get("/v1/tickets/{number}/sla", &[], To::GetReceipt),
    get("/v1/tickets/{number}/tasks", PAGE, To::Task(OnTask::List)),
    post("/v1/tickets/{number}/tasks", &["title", "assignee", "due_at"], To::Task(OnTask::Add)),
    patch("/v1/tickets/{number}/tasks/{task}", TASK_EDIT, To::Task(OnTask::Edit)),
    post("/v1/tickets/{number}/actions/claim", &[], To::Act(Verb::Claim)),
    post("/v1/tickets/{number}/actions/release", &[], To::Act(Verb::Release)),
    post("/v1/tickets/{number}/actions/assign", &["to", "by"], To::Act(Verb::Assign)),
    post("/v1/tickets/{number}/actions/transfer", &["queue", "reason"], To::Act(Verb::Transfer)),
    post("/v1/tickets/{number}/actions/hold", &["reason", "until"], To::Act(Verb::Hold)),
    post("/v1/tickets/{number}/actions/await", &["body"], To::Act(Verb::Await)),
    post("/v1/tickets/{number}/actions/propose", &["solution"], To::Act(Verb::Propose)),
    post("/v1/tickets/{number}/actions/approve", &[], To::Act(Verb::Approve)),
    post("/v1/tickets/{number}/actions/confirm", &[], To::Act(Verb::Confirm)),
    post("/v1/tickets/{number}/actions/decline", &["reason"], To::Act(Verb::Decline)),
    post("/v1/tickets/{number}/actions/reopen", &["reason"], To::Act(Verb::Reopen)),
    post("/v1/tickets/{number}/actions/cancel", &["reason"], To::Act(Verb::Cancel)),
    post("/v1/tickets/{number}/actions/reject", &["reason"], To::Act(Verb::Reject)),
    post("/v1/tickets/{number}/actions/close", &["reason"], To::Act(Verb::Close)),
    post("/v1/tickets/{number}/actions/escalate", &["reason"], To::Act(Verb::Escalate)),
    post("/v1/tickets/{number}/actions/rate", &["score", "comment"], To::Act(Verb::Rate)),
    post("/v1/tickets/{number}/actions/extend", &["due_at", "reason"], To::Act(Verb::Extend)),
    post("/v1/tickets/{number}/actions/acknowledge", &[], To::Act(Verb::Acknowledge)),
    post("/v1/tickets/{number}/actions/visit_plan", PLAN, To::Act(Verb::VisitPlan)),
    post("/v1/tickets/{number}/actions/visit_start", &[], To::Act(Verb::VisitStart)),
    post("/v1/tickets/{number}/actions/visit_arrive", &[], To::Act(Verb::VisitArrive)),
    post(
        "/v1/tickets/{number}/actions/visit_done",
        &["sign_off", "note", "photos"],
        To::Act(Verb::VisitDone),
    ),
    post("/v1/tickets/{number}/actions/visit_cancel", &["reason"], To::Act(Verb::VisitCancel)),
    post("/v1/tickets/{number}/actions/merge", &["into"], To::Tie(Tie::Merge)),
    post("/v1/tickets/{number}/actions/unmerge", &[], To::Tie(Tie::Unmerge)),
    post("/v1/tickets/{number}/actions/split", &["entry", "title"], To::Tie(Tie::Split)),
    post("/v1/tickets/{number}/actions/link", &["to", "relation"], To::Tie(Tie::Link)),
    post("/v1/tickets/{number}/actions/unlink", &["to", "relation"], To::Tie(Tie::Unlink)),
    post("/v1/tickets/{number}/actions/follow", &["who"], To::Tie(Tie::Follow)),
    post("/v1/tickets/{number}/actions/unfollow", &["who"], To::Tie(Tie::Unfollow)),
    get("/v1/inbound", &["door", "limit", "cursor"], To::ListInbound),
    get("/v1/members", PAGE, To::ListMembers),
    post("/v1/members", MEMBER, To::AddMember),
    get("/v1/members/{id}", &[], To::GetMember),
    patch("/v1/members/{id}", MEMBER_EDIT, To::EditMember),
    get("/v1/people", &["email", "external_id"], To::ListPeople),
    get("/v1/people/{id}", &[], To::GetPerson),
    patch("/v1/people/{id}", people::FIELDS, To::EditPerson),
    get("/v1/people/{id}/identities", &[], To::Identity(OnIdentity::List)),
    post(
        "/v1/people/{id}/identities",
        &["email", "slack", "discord", "vouched"],
        To::Identity(OnIdentity::Ask),
    ),
    post("/v1/people/{id}/identities/confirm", &["code"], To::Identity(OnIdentity::Confirm)),
    delete("/v1/people/{id}/identities/{identity}", To::Identity(OnIdentity::Remove)),
    get("/v1/people/{id}/export", &[], To::Export),
    get("/v1/people/{id}/erasure", &[], To::Erasure(OnErasure::Get)),
    post("/v1/people/{id}/erasure", &["reason"], To::Erasure(OnErasure::Ask)),
    delete("/v1/people/{id}/erasure", To::Erasure(OnErasure::Withdraw)),
    post("/v1/people/{id}/erasure/approve", &[], To::Erasure(OnErasure::Agree)),
    get(
        "/v1/organisations",
        &["external_id", "limit", "cursor"],
        To::Organisation(OnOrganisation::List),
    ),
    post("/v1/organisations", organisations::FIELDS, To::Organisation(OnOrganisation::Add)),
    get("/v1/organisations/{id}", &[], To::Organisation(OnOrganisation::Get)),
    patch("/v1/organisations/{id}", organisations::FIELDS, To::Organisation(OnOrganisation::Edit)),
    delete("/v1/organisations/{id}", To::Organisation(OnOrganisation::Remove)),
    get("/v1/organisations/{id}/tickets", PAGE, To::Organisation(OnOrganisation::Tickets)),
    get("/v1/people/{id}/preferences", &[], To::GetPreferences),
    patch("/v1/people/{id}/preferences", preferences::FIELDS, To::EditPreferences),
    get("/v1/queues", PAGE, To::ListQueues),
    post("/v1/queues", QUEUE, To::AddQueue),
    get("/v1/queues/{id}", &[], To::GetQueue),
    patch("/v1/queues/{id}", QUEUE_EDIT, To::EditQueue),
    get("/v1/calendars", PAGE, To::Calendar(OnCalendar::List)),
    post("/v1/calendars", settings::calendar::FIELDS, To::Calendar(OnCalendar::Add)),
    get("/v1/calendars/{id}", &[], To::Calendar(OnCalendar::Get)),
    patch("/v1/calendars/{id}", CALENDAR_EDIT, To::Calendar(OnCalendar::Edit)),
    delete("/v1/calendars/{id}", To::Calendar(OnCalendar::Remove)),
    post("/v1/calendars/{id}/holidays", &["ical"], To::Calendar(OnCalendar::Import)),
    get("/v1/policies", PAGE, To::Policy(OnPolicy::List)),
    post("/v1/policies", POLICY, To::Policy(OnPolicy::Add)),
    trial("/v1/policies/dry-run", POLICY, To::DryRunPolicy),
    get("/v1/policies/{id}", &[], To::Policy(OnPolicy::Get)),
    patch("/v1/policies/{id}", POLICY_EDIT, To::Policy(OnPolicy::Edit)),
    delete("/v1/policies/{id}", To::Policy(OnPolicy::Remove)),
    get("/v1/rules", PAGE, To::Rule(OnRule::List)),
    post("/v1/rules", RULE, To::Rule(OnRule::Add)),
    trial("/v1/rules/dry-run", settings::rule::FIELDS, To::DryRunRule),
    get("/v1/rules/{id}", &[], To::Rule(OnRule::Get)),
    patch("/v1/rules/{id}", RULE_EDIT, To::Rule(OnRule::Edit)),
    delete("/v1/rules/{id}", To::Rule(OnRule::Remove)),
    get("/v1/macros", PAGE, To::Macro(OnMacro::List)),
    post("/v1/macros", &["id", "name", "scope", "queue", "then"], To::Macro(OnMacro::Add)),
    get("/v1/macros/{id}", &[], To::Macro(OnMacro::Get)),
    patch("/v1/macros/{id}", &["name", "queue", "then"], To::Macro(OnMacro::Edit)),
    delete("/v1/macros/{id}", To::Macro(OnMacro::Remove)),
    get("/v1/macros/{id}/preview", &["ticket"], To::Macro(OnMacro::Preview)),
    post("/v1/tickets/{number}/macros/{id}", &[], To::ApplyMacro),
    get("/v1/forms", PAGE, To::Form(OnForm::List)),
    post("/v1/forms", FORM, To::Form(OnForm::Add)),
    get("/v1/forms/{id}", &[], To::Form(OnForm::Get)),
    patch("/v1/forms/{id}", FORM_EDIT, To::Form(OnForm::Edit)),
    delete("/v1/forms/{id}", To::Form(OnForm::Remove)),
    get("/v1/packs", PAGE, To::ListPacks),
    post("/v1/packs/{id}", &[], To::AddPack),
    get("/v1/config", &[], To::Config(OnConfig::Export)),
    put("/v1/config", &["toml"], To::Config(OnConfig::Apply)),
    post("/v1/config/plan", &["toml"], To::Config(OnConfig::Plan)),
    post("/v1/config/rollback", &["version"], To::Config(OnConfig::RollBack)),
    get("/v1/config/versions", PAGE, To::Config(OnConfig::Versions)),
    get("/v1/webhooks", PAGE, To::Webhook(OnWebhook::List)),
    post("/v1/webhooks", settings::webhook::FIELDS, To::Webhook(OnWebhook::Add)),
    get("/v1/webhooks/{id}", &[], To::Webhook(OnWebhook::Get)),
    patch("/v1/webhooks/{id}", WEBHOOK_EDIT, To::Webhook(OnWebhook::Edit)),
    delete("/v1/webhooks/{id}", To::Webhook(OnWebhook::Remove)),
    post("/v1/webhooks/{id}/secret", &[], To::Webhook(OnWebhook::Secret)),
    get("/v1/webhooks/{id}/deliveries", &["limit"], To::Webhook(OnWebhook::Deliveries)),
    post("/v1/webhooks/{id}/deliveries/{delivery}/replay", &[], To::Webhook(OnWebhook::Replay)),
    get("/v1/audit", PAGE, To::ListAudit),
    post("/v1/tokens", &["email", "role", "scopes"], To::CreateToken),
    get("/v1/people/{id}/tokens", &[], To::ListTokens),
    delete("/v1/tokens/{id}", To::RevokeToken),
];

const fn get(path: &'static str, query: &'static [&'static str], to: To) -> Route {
    Route { method: "GET", path, query, fields: &[], to }
}

const fn post(path: &'static str, fields: &'static [&'static str], to: To) -> Route {
    Route { method: "POST", path, query: &[], fields, to }
}

/// Asks what would be, a page at a time.
const fn trial(path: &'static str, fields: &'static [&'static str], to: To) -> Route {
    Route { method: "POST", path, query: PAGE, fields, to }
}

const fn patch(path: &'static str, fields: &'static [&'static str], to: To) -> Route {
    Route { method: "PATCH", path, query: &[], fields, to }
}

const fn put(path: &'static str, fields: &'static [&'static str], to: To) -> Route {
    Route { method: "PUT", path, query: &[], fields, to }
}

const fn delete(path: &'static str, to: To) -> Route {
    Route { method: "DELETE", path, query: &[], fields: &[], to }
}

impl Route {
    /// Whether somebody may have another name, organisation or none after it.
    pub fn may_change_who_somebody_is(&self) -> bool {
        let part = self.path.split('/').nth(2);
        self.method != "GET" && matches!(part, Some("people" | "organisations" | "members"))
    }

    /// Which scopes lead to this call; any of them does.
    pub fn scopes(&self) -> &'static [Scope] {
        let reads = self.method == "GET";
        let part = self.path.split('/').nth(2).unwrap_or_default();
        match part {
            "reports" => &[Scope::ReportsRead],
            "tickets" if self.path.ends_with("/messages") && !reads => {
                &[Scope::TicketsWrite, Scope::CommentsWrite]
            }
            _ if self.to == To::Bring => &[Scope::TicketsWrite, Scope::CommentsWrite],
            "tickets" | "inbound" | "search" if reads => &[Scope::TicketsRead],
            "tickets" => &[Scope::TicketsWrite],
            "queues" | "members" | "forms" | "macros" | "people" | "organisations" if reads => {
                &[Scope::TicketsRead, Scope::AdminConfig]
            }
            _ => &[Scope::AdminConfig],
        }
    }
}

/// Looks a call up. `HEAD` is answered as `GET` (RFC 9110 section 9.3.2).
pub(crate) fn find<'a>(method: &str, path: &'a str) -> Found<'a> {
    let method = if method == "HEAD" { "GET" } else { method };
    let mut others = Vec::new();
    for route in ROUTES {
        let Some(parts) = fits(route.path, path) else { continue };
        if route.method == method {
            return Found::Route(route, parts);
        }
        others.push(route.method);
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(allow(&others)) }
}

/// The value of an `Allow` header (RFC 9110 section 10.2.1).
fn allow(methods: &[&'static str]) -> String {
    let mut all: Vec<&str> = methods.to_vec();
    if all.contains(&"GET") {
        all.push("HEAD");
    }
    all.push("OPTIONS");
    all.sort_unstable();
    all.join(", ")
}

/// What stands at each `{…}` of the pattern, where the path fits it.
fn fits<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut parts = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parts),
            (Some(name), Some(part)) if name.starts_with('{') && !part.is_empty() => {
                parts.push(part);
            }
            (Some(word), Some(part)) if word == part => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_by_method_and_path() {
        let found = |method: &str, path: &str| match find(method, path) {
            Found::Route(route, parts) => format!("{:?} {}", route.to, parts.join(" ")),
            Found::OtherMethods(allow) => format!("allow {allow}"),
            Found::Nothing => "nothing".into(),
        };
        for (method, path, expected) in [
            ("GET", "/v1/tickets", "ListTickets "),
            ("HEAD", "/v1/tickets/7", "GetTicket 7"),
            ("GET", "/v1/tickets/7/attachments/abc", "Download 7 abc"),
            ("POST", "/v1/tickets/7/actions/claim", "Act(Claim) 7"),
            ("POST", "/v1/tickets/7/actions/marry", "nothing"),
            ("GET", "/v1/tickets/7/actions/claim", "allow OPTIONS, POST"),
            ("DELETE", "/v1/tickets/7", "allow GET, HEAD, OPTIONS, PATCH"),
            ("OPTIONS", "/v1/queues", "allow GET, HEAD, OPTIONS, POST"),
            ("GET", "/v1/tickets/", "nothing"),
            ("GET", "//v1/tickets", "nothing"),
            ("GET", "/v1", "nothing"),
            ("GET", "/v1/tickets/{number}/claim", "nothing"),
        ] {
            assert_eq!(found(method, path), expected, "{method} {path}");
        }
    }
}
