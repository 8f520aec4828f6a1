//! The app's manifest asks for what the door uses: no scope, event or shortcut too few or too many.

use std::collections::BTreeSet;

const MANIFEST: &str = include_str!("../../../infra/slack-manifest.yaml");
const SOURCES: [&str; 4] = [
    include_str!("../../../crates/chat/src/slack/client.rs"),
    include_str!("../../../crates/chat/src/slack/methods.rs"),
    include_str!("../../../crates/chat/src/slack/files.rs"),
    include_str!("../../../crates/chat/src/slack/event.rs"),
];

/// What each method or event needs; some need nothing. docs.slack.dev names it with each of them.
const NEEDS: [(&str, &[&str]); 20] = [
    ("chat.postMessage", &["chat:write"]),
    ("chat.update", &["chat:write"]),
    ("users.info", &["users:read", "users:read.email"]),
    ("views.open", &[]),
    ("views.push", &[]),
    ("views.update", &[]),
    ("views.publish", &[]),
    ("reactions.add", &["reactions:write"]),
    ("conversations.replies", &["channels:history", "groups:history", "im:history"]),
    ("conversations.history", &[]),
    ("files.info", &["files:read"]),
    ("files.getUploadURLExternal", &["files:write"]),
    ("files.completeUploadExternal", &["files:write"]),
    ("app_mention", &["app_mentions:read"]),
    ("app_home_opened", &[]),
    ("reaction_added", &["reactions:read"]),
    ("message.channels", &["channels:history"]),
    ("message.groups", &["groups:history"]),
    ("message.im", &["im:history"]),
    ("/ticket", &["commands"]),
];

/// The items of a list of the manifest.
fn listed(heading: &str) -> BTreeSet<&'static str> {
    let below = MANIFEST.split_once(&format!("{heading}:\n")).map_or("", |(_, below)| below);
    let items = below.lines().map_while(|line| line.trim().strip_prefix("- "));
    items.collect()
}

#[test]
fn the_manifest_asks_for_what_is_used_and_for_nothing_else() {
    let methods = SOURCES.iter().flat_map(|source| source.split('"'));
    let methods = methods.filter(|text| {
        let plain = |c: char| c.is_ascii_alphabetic() || c == '.';
        let family = ["chat.", "users.", "views.", "reactions.", "conversations.", "files."];
        family.iter().any(|family| text.starts_with(family)) && text.chars().all(plain)
    });
    let used: BTreeSet<&str> = methods.collect();
    assert!(used.len() >= 12, "{used:?}");
    let events = listed("bot_events");
    let mut scopes = BTreeSet::from(["commands"]);
    for one in used.iter().chain(&events) {
        let needs = NEEDS.iter().find(|(name, _)| name == one);
        scopes.extend(needs.unwrap_or_else(|| panic!("what does {one} need?")).1);
    }
    assert_eq!(listed("bot"), scopes);
    for event in &events {
        let kind = event.split('.').next().unwrap_or_default();
        assert!(SOURCES[3].contains(&format!("\"{kind}\"")), "nobody takes {event}");
    }
}

#[test]
fn every_shortcut_is_offered() {
    let ids = MANIFEST.lines().filter_map(|line| line.trim().strip_prefix("callback_id: "));
    let offered: BTreeSet<&str> = ids.collect();
    assert_eq!(offered, BTreeSet::from(crate::shortcut::ALL));
    assert!(MANIFEST.contains("command: /ticket"));
    for door in ["commands", "events", "interactions"] {
        assert!(MANIFEST.contains(&format!("/slack/{door}\n")), "{door}");
    }
}
