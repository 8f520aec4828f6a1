//! Every key of the table, and what each is for. A `"TICKET#"` anywhere else is a bug.
//!
//! | what | pk / sk | index |
//! | --- | --- | --- |
//! | history entry | `TICKET#<number>` / `ENTRY#<seq, 8 digits>` | |
//! | its words and files | `TICKET#<number>` / `BODY#<seq>` | |
//! | ticket as it stands | `TICKET#<number>` / `TICKET` | `work`, `mine`, `asked`, `due` |
//! | what was sent | `TICKET#<number>` / `SENT#<seq>#<audience>#<channel>` | |
//! | what is owed | `LANE#<lane>` / `<not before>#<number>#<seq>` | `due`: 60 s later |
//! | who sends a lane now; news waits | `LANE#<lane>` / `LEASE`; `PACE#<sort>` | |
//! | what arrived | `INBOUND#<door>#<day>` / `<received>#<id>` | |
//! | seen before (expires) | `SEEN#<door>#<id>` / `SEEN` | |
//! | where a thread belongs | `THREAD#mail#<hash>`, `THREAD#slack#<team>#<channel>#<ts>`, `THREAD#discord#<channel>` / `THREAD` | |
//! | its card in a queue's channel; what is below it | `TICKET#<number>` / `CARD#<queue>`; `THREAD#card#<channel>#<message>` / `THREAD` | |
//! | where a person is talked to about it | `TICKET#<number>` / `TALK#<person>` | |
//! | which entry a message in chat is | the thread's partition / `SAID#<message>` | |
//! | person; one of their names | `PERSON#<id>` / `PERSON`; `IDENTITY#<identity>` / `IDENTITY` | |
//! | a name they want; codes asked for | `PERSON#<id>` / `LINK`; `CODES`; `CODES#<sha-256>` / `CODES` |
//! | what other systems call things | `EXTERNAL#person#<id>`, `EXTERNAL#organisation#<id>`; `EXTERNAL#ticket#<id>` / `<number>` | |
//! | organisation; in the list of all | `ORGANISATION#<id>` / `ORGANISATION`; `ORGANISATIONS` / `<id>` | |
//! | its tickets; a mail domain of its | `ORGANISATION#<id>` / `TICKET#<number>`; `DOMAIN#<domain>` / `DOMAIN` | |
//! | an erasure asked for; agreed to | `PERSON#<id>` / `ERASURE`; `JOB` / `ERASE#<id>` | |
//! | how they are reached | `PERSON#<id>` / `PREFERENCES` | |
//! | macros they keep for themself | `PERSON#<id>` / `MACROS` | |
//! | API token; among its person's | `TOKEN#<sha-256>` / `TOKEN`; `PERSON#<id>` / `TOKEN#<sha-256>` | |
//! | a file somebody brings (expires) | `UPLOAD#<id>` / `UPLOAD` |
//! | configuration | `CONFIG#<version>` / `CONFIG`; `CONFIG` / `CURRENT` points to one | |
//! | what was done to the desk | `AUDIT#<yyyy-mm>` / `<at>#<id>` | |
//! | what has to be gone through | `JOB` / `REARM` | |
//! | a webhook's secret, state, deliveries | `WEBHOOK#<id>` / `SECRET`; `STATE`; `ATTEMPT#<at>#<delivery>` | |
//! | whose turn it is | `ROTA` / `ROTA` | |
//! | counter; the desk's first day | `COUNTER` / `ticket`; `DESK` / `BORN` | |
//!
//! Indexes: `work` `QUEUE#q#open` by next due, `QUEUE#q#closed#<yyyy-mm>` by closing; `mine`
//! `AGENT#a#open` by next due; `asked` `PERSON#p` by opening; `due` (keys only, sparse)
//! `DUE#<shard>` by next moment and `LATE#<shard>` for lanes.

use desk::config::ChatChannel;
use desk::outbox::Lane;
use desk::person::Identity;
use desk::ticket::Place;
use desk::{Number, OrganisationId, PersonId, QueueId, WebhookId};
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// Tickets are spread over this many shards of the `due` index.
pub const DUE_SHARDS: u64 = 8;
/// Lanes are spread over this many shards of the `due` index.
pub const LATE_SHARDS: u64 = 4;

/// A partition key and a sort key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Place in it.
    pub sk: String,
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// An instant as text that sorts like time: UTC, nine decimals.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%9fZ").to_string()
}

/// Behind every instant: a ticket with nothing due.
pub const NEVER: &str = "9999";

/// All of a ticket.
pub fn ticket_partition(number: Number) -> String {
    format!("TICKET#{}", number.0)
}

/// The ticket as it stands.
pub fn ticket(number: Number) -> Key {
    key(ticket_partition(number), "TICKET")
}

/// One entry of its history.
pub fn entry(number: Number, seq: u32) -> Key {
    key(ticket_partition(number), format!("{ENTRY}{seq:08}"))
}

/// What every entry's sort key begins with.
pub const ENTRY: &str = "ENTRY#";
/// What every text's sort key begins with.
pub const BODY: &str = "BODY#";

/// The words of one entry.
pub fn body(number: Number, seq: u32) -> Key {
    key(ticket_partition(number), format!("{BODY}{seq:08}"))
}

/// What every such record's sort key begins with.
pub const SENT: &str = "SENT#";

/// The record that a message left.
pub fn sent(number: Number, seq: u32, audience: &str, channel: &str) -> Key {
    key(ticket_partition(number), format!("{SENT}{seq:08}#{audience}#{channel}"))
}

/// A lane's name: its partition without the prefix.
pub fn lane(lane: &Lane) -> String {
    match lane {
        Lane::Mail(person) => format!("{LANE}mail#{person}"),
        Lane::Chat(person) => format!("{LANE}chat#{person}"),
        Lane::Queue(queue) => format!("{LANE}queue#{queue}"),
        Lane::Card(number) => format!("{LANE}card#{}", number.0),
        Lane::GiveOut(queue) => format!("{LANE}give-out#{queue}"),
        Lane::Webhook(id) => format!("{LANE}webhook#{id}"),
        Lane::Held(person) => format!("{LANE}held#{person}"),
        Lane::Daily => DAILY.to_owned(),
        Lane::Bus(shard) => format!("{LANE}bus#{shard}"),
    }
}

/// What a webhook's requests are signed with.
pub fn webhook_secret(id: &WebhookId) -> Key {
    key(format!("WEBHOOK#{id}"), "SECRET")
}

/// Since when a webhook fails.
pub fn webhook_state(id: &WebhookId) -> Key {
    key(format!("WEBHOOK#{id}"), "STATE")
}

/// One attempt to deliver something.
pub fn attempt(id: &WebhookId, at: Timestamp, delivery: &str) -> Key {
    key(format!("WEBHOOK#{id}"), format!("{ATTEMPT}{}#{delivery}", instant(at)))
}

/// What every attempt's sort key begins with.
pub const ATTEMPT: &str = "ATTEMPT#";

/// The lane of what begins once a day.
pub const DAILY: &str = "LANE#daily";

/// What every lane's partition begins with.
pub const LANE: &str = "LANE#";

/// Whether a lane holds looks at a ticket's card.
pub fn is_card(lane: &str) -> bool {
    leads_to(lane, "card#")
}

/// Whether a lane leads to a channel in which messages are posted.
pub fn is_channel(lane: &str) -> bool {
    leads_to(lane, "queue#")
}

/// Whether a lane holds tickets that somebody has to be found for.
pub fn gives_out(lane: &str) -> bool {
    leads_to(lane, "give-out#")
}

/// Whether a lane holds replies that may still be taken back.
pub fn is_held(lane: &str) -> bool {
    leads_to(lane, "held#")
}

/// Whether a lane leads to programs: the bus, webhooks.
pub fn is_for_programs(lane: &str) -> bool {
    leads_to(lane, "bus#") || leads_to(lane, "webhook#")
}

fn leads_to(lane: &str, kind: &str) -> bool {
    lane.strip_prefix(LANE).is_some_and(|rest| rest.starts_with(kind))
}

/// A message's place in its lane.
pub fn owed(lane: &str, not_before: Timestamp, number: Number, seq: u32) -> Key {
    key(lane.to_owned(), format!("{}#{:012}#{seq:08}", instant(not_before), number.0))
}

/// Who sends a lane now. Sorts behind every message.
pub fn lease(lane: &str) -> Key {
    key(lane.to_owned(), "LEASE")
}

/// Until when news of this sort waits for company in a lane. Sorts behind every message.
pub fn pace(lane: &str, sort: &str) -> Key {
    key(lane.to_owned(), format!("{PACE}{sort}"))
}

/// What every pace's sort key begins with.
pub const PACE: &str = "PACE#";

/// A queue's open tickets.
pub fn queue_open(queue: &QueueId) -> String {
    format!("QUEUE#{queue}#open")
}

/// A queue's tickets closed in a month.
pub fn queue_closed(queue: &QueueId, at: Timestamp) -> String {
    format!("QUEUE#{queue}#closed#{}", at.strftime("%Y-%m"))
}

/// An agent's open tickets.
pub fn agent_open(agent: &PersonId) -> String {
    format!("AGENT#{agent}#open")
}

/// Everything a person asked.
pub fn asked(person: &PersonId) -> String {
    format!("PERSON#{person}")
}

/// The shard of the `due` index a ticket is in.
pub fn due_shard(number: Number) -> String {
    due_shard_at(number.0 % DUE_SHARDS)
}

/// A shard of the `due` index, by number.
pub fn due_shard_at(shard: u64) -> String {
    format!("DUE#{shard}")
}

/// The shard of the `due` index a lane is in.
pub fn late_shard(lane: &str) -> String {
    let sum = lane.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    late_shard_at(sum % LATE_SHARDS)
}

/// A lane shard of the `due` index, by number.
pub fn late_shard_at(shard: u64) -> String {
    format!("LATE#{shard}")
}

/// A day of what arrived at a door.
pub fn inbound_day(door: &str, day: Date) -> String {
    format!("INBOUND#{door}#{day}")
}

/// One thing that arrived.
pub fn inbound(door: &str, received: Timestamp, day: Date, id: &str) -> Key {
    key(inbound_day(door, day), format!("{}#{id}", instant(received)))
}

/// Something that must not happen twice.
pub fn seen(door: &str, id: &str) -> Key {
    key(format!("SEEN#{door}#{id}"), "SEEN")
}

/// What is remembered of a mail address. The address itself stands nowhere in it.
pub(crate) fn correspondence(address: &str) -> Key {
    key(format!("RATE#mail#{}", hex::encode(Sha256::digest(address))), "RATE")
}

/// A conversation.
pub fn thread(place: &Place) -> Key {
    key(thread_partition(place), "THREAD")
}

/// A message of a conversation.
pub fn said(place: &Place, message: &str) -> Key {
    key(thread_partition(place), format!("SAID#{message}"))
}

fn thread_partition(place: &Place) -> String {
    match place {
        Place::Mail { message_id } => format!("THREAD#mail#{}", message_id_hash(message_id)),
        Place::Slack { team, channel, thread } => {
            format!("THREAD#slack#{team}#{channel}#{thread}")
        }
        Place::Discord { channel } => format!("THREAD#discord#{channel}"),
    }
}

/// A Message-ID as it is looked up: strangers choose them, so their length and letters are not ours.
fn message_id_hash(message_id: &str) -> String {
    hex::encode(Sha256::digest(message_id.trim().as_bytes()))
}

/// What the sort key of every card begins with.
pub const CARD: &str = "CARD#";

/// A ticket's card in a queue's channel.
pub fn card(number: Number, queue: &QueueId) -> Key {
    key(ticket_partition(number), format!("{CARD}{queue}"))
}

/// What is said below a card.
pub fn card_thread(channel: &ChatChannel, message: &str) -> Key {
    let channel = String::from(channel.clone());
    key(format!("THREAD#card#{channel}#{message}"), "THREAD")
}

/// Where a person is talked to about a ticket.
pub fn talk(number: Number, with: &PersonId) -> Key {
    key(ticket_partition(number), format!("TALK#{with}"))
}

/// A person.
pub fn person(id: &PersonId) -> Key {
    key(format!("PERSON#{id}"), "PERSON")
}

/// What a person has said of how they are reached.
pub fn preferences(id: &PersonId) -> Key {
    key(format!("PERSON#{id}"), "PREFERENCES")
}

/// Macros a person keeps for themself.
pub fn own_macros(id: &PersonId) -> Key {
    key(format!("PERSON#{id}"), "MACROS")
}

/// One of a person's names.
pub fn identity(identity: &Identity) -> Key {
    key(format!("IDENTITY#{identity}"), "IDENTITY")
}

/// The address a person wants to go by.
pub fn link(id: &PersonId) -> Key {
    key(format!("PERSON#{id}"), "LINK")
}

/// When a person asked for codes.
pub fn codes_for(id: &PersonId) -> Key {
    key(format!("PERSON#{id}"), "CODES")
}

/// When codes were asked for to be sent to an address, by its hash.
pub fn codes_to(sha256: &str) -> Key {
    key(format!("CODES#{sha256}"), "CODES")
}

/// Whom another system calls so.
pub fn external_person(id: &str) -> Key {
    key(format!("EXTERNAL#person#{id}"), "PERSON")
}

/// Which organisation another system calls so.
pub fn external_organisation(id: &str) -> Key {
    key(format!("EXTERNAL#organisation#{id}"), "ORGANISATION")
}

/// A ticket that another system calls so; there may be several.
pub fn external_ticket(id: &str, number: Number) -> Key {
    key(format!("EXTERNAL#ticket#{id}"), format!("{TICKET}{:012}", number.0))
}

/// What the place of a ticket among others begins with.
pub const TICKET: &str = "TICKET#";

/// An organisation.
pub fn organisation(id: &OrganisationId) -> Key {
    key(format!("ORGANISATION#{id}"), "ORGANISATION")
}

/// The same, in the list of all of them.
pub fn listed_organisation(id: &OrganisationId) -> Key {
    key("ORGANISATIONS".into(), id.as_str())
}

/// A ticket of an organisation.
pub fn organisation_ticket(id: &OrganisationId, number: Number) -> Key {
    key(format!("ORGANISATION#{id}"), format!("{TICKET}{:012}", number.0))
}

/// Whose mail domain this is.
pub fn domain(domain: &str) -> Key {
    key(format!("DOMAIN#{domain}"), "DOMAIN")
}

/// That somebody wants a person erased.
pub fn erasure(id: &PersonId) -> Key {
    key(format!("PERSON#{id}"), "ERASURE")
}

/// A person that is being erased.
pub fn erasing(id: &PersonId) -> Key {
    key(JOBS.into(), format!("{ERASING}{id}"))
}

/// Where jobs are.
pub const JOBS: &str = "JOB";
/// What the erasure of a person begins with, among jobs.
pub const ERASING: &str = "ERASE#";

/// What a row is, by its key, for whoever goes through all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A ticket as it stands.
    Ticket(Number),
    /// Something else of a ticket.
    PartOfTicket,
    /// A line of the ledger.
    Arrival,
    /// Something that must not happen twice.
    Seen,
    /// A file somebody brings.
    Upload,
    /// The configuration.
    Config,
    /// A job.
    Job,
    /// A person, one of their names, or something they keep.
    Person,
    /// Anything else.
    Other,
}

/// What a row is.
pub fn kind(pk: &str, sk: &str) -> Kind {
    let number = pk.strip_prefix(TICKET).and_then(|number| number.parse().ok()).map(Number);
    match (number, pk.split('#').next().unwrap_or_default()) {
        (Some(number), _) if *sk == *self::ticket(number).sk => Kind::Ticket(number),
        (Some(_), _) => Kind::PartOfTicket,
        (None, "INBOUND") => Kind::Arrival,
        (None, "SEEN") => Kind::Seen,
        (None, "UPLOAD") => Kind::Upload,
        (None, "CONFIG") => Kind::Config,
        (None, JOBS) => Kind::Job,
        (None, "PERSON" | "IDENTITY") => Kind::Person,
        (None, _) => Kind::Other,
    }
}

/// An API token, by its hash.
pub fn token(sha256: &str) -> Key {
    key(format!("TOKEN#{sha256}"), "TOKEN")
}

/// The same, among those of its person.
pub fn token_of(person: &PersonId, sha256: &str) -> Key {
    key(format!("PERSON#{person}"), format!("TOKEN#{sha256}"))
}

/// A file that somebody brings.
pub fn upload(id: &str) -> Key {
    key(format!("UPLOAD#{id}"), "UPLOAD")
}

/// One version of the configuration.
pub fn config(version: u64) -> Key {
    key(format!("CONFIG#{version}"), "CONFIG")
}

/// The version in force.
pub fn current_config() -> Key {
    key("CONFIG".into(), "CURRENT")
}

/// Something that was done to the desk; a partition a month.
pub fn audit(at: Timestamp, id: &str) -> Key {
    key(format!("AUDIT#{}", at.strftime("%Y-%m")), format!("{}#{id}", instant(at)))
}

/// Open tickets have to be looked at again: the configuration promises something else.
pub fn rearming() -> Key {
    key(JOBS.into(), "REARM")
}

/// Whose turn it is.
pub fn rota() -> Key {
    key("ROTA".into(), "ROTA")
}

/// The ticket counter.
pub fn counter() -> Key {
    key("COUNTER".into(), "ticket")
}

/// The desk's first day.
pub fn born() -> Key {
    key("DESK".into(), "BORN")
}
