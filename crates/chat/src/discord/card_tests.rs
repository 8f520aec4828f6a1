//! Discord cards: what they look like, and that no input can ping anyone or pass a limit.

use super::*;
use desk::{Channel, Priority, Status};
use proptest::prelude::*;

fn view() -> TicketView {
    TicketView {
        number: 1057,
        title: "Laptop *won't* boot".into(),
        status: Status::New,
        status_label: "New".into(),
        priority: Priority::High,
        channel: Channel::Slack,
        answers: Vec::new(),
        queue: "IT".into(),
        requester: "Kofi B.".into(),
        assignee: None,
        due: Some(Due { label: "First reply due".into(), at_unix: 1_795_325_400, is_over: false }),
        excerpt: "three amber\nblinks".into(),
        url: Some("https://help.example.com/t/1057".into()),
        version: 7,
        tone: Tone::Calm,
        footer: None,
    }
}

#[test]
fn the_card() {
    let expected = json!({
        "flags": 32768,
        "allowed_mentions": {"parse": []},
        "components": [{"type": 17, "accent_color": 13_072_128, "components": [
            {"type": 9, "components": [
                {"type": 10, "content": "### [#1057 Laptop \\*won't\\* boot](https://help.example.com/t/1057)\nKofi B. in **IT**"},
            ], "accessory": {"type": 2, "style": 1, "label": "Take it", "custom_id": "t:take:1057:7"}},
            {"type": 10, "content": "**Status** 🔵 New   **Priority** 🔺 High   **Assignee** nobody\n**First reply due** <t:1795325400:R> (<t:1795325400:f>)"},
            {"type": 14, "divider": true, "spacing": 1},
            {"type": 10, "content": "> three amber\n> blinks"},
            {"type": 1, "components": [
                {"type": 2, "style": 2, "label": "Reply", "custom_id": "t:reply:1057:7"},
                {"type": 2, "style": 5, "label": "Open", "url": "https://help.example.com/t/1057"},
            ]},
        ]}],
    });
    assert_eq!(card(&view(), &[Button::Take, Button::Reply]), expected);
}

#[test]
fn lists_alerts_and_notices() {
    let listed = list("My tickets", &vec![view(); 11]);
    let inside = listed["components"][0]["components"].as_array().unwrap();
    assert_eq!((inside.len(), &inside[9]["content"]), (10, &json!("-# … and 3 more")));
    assert_eq!(inside[1]["accessory"]["custom_id"], "t:show:1057");
    let pager = Pager { back: None, next: Some("l:mine:2".into()) };
    let paged = page("My tickets", &vec![view(); 8], &pager);
    let turns = &paged["components"][0]["components"][9]["components"];
    assert_eq!((&turns[0]["disabled"], &turns[1]["custom_id"]), (&json!(true), &json!("l:mine:2")));
    let forms: Vec<(String, String)> =
        (0..23).map(|n| (format!("p:{n}"), "A form".into())).collect();
    let rows = panel("Ask us", "", &forms)["components"][0]["components"].as_array().unwrap().len();
    assert_eq!(rows, 5, "a title and four rows of five buttons");
    let alerted =
        alert("#1057 breaches soon", &[("Step".into(), "2 of 3".into())], &view(), &[Button::Take]);
    assert_eq!(
        alerted["components"][0]["components"][0]["content"],
        "### ⏰ #1057 breaches soon\n**Step** 2 of 3"
    );
    assert_eq!(notice("@everyone *hi*\n# now")["content"], "@everyone \\*hi\\*\n\\# now");
    assert_eq!(notice(" ")["content"], "…");
    let answer = ephemeral(card(&view(), &[]));
    assert_eq!((&answer["type"], &answer["data"]["flags"]), (&json!(4), &json!(32832)));
    assert_eq!(ephemeral(notice("hi"))["data"]["flags"], 64);
}

#[test]
fn lines_show_moments_in_the_readers_zone() {
    let words = |text: &str| Piece::Words(text.into());
    let line = vec![words("due "), Piece::Moment(1_795_325_400), words(" @everyone *now*")];
    let shown = lines(&[vec![words("#7: what was promised")], line.clone()]);
    let content = "#7: what was promised\ndue <t:1795325400:f> @everyone \\*now\\*";
    assert_eq!(shown, json!({"content": content, "allowed_mentions": {"parse": []}}));
    let many = lines(&vec![line; 400]);
    let content = many["content"].as_str().unwrap();
    assert!(content.encode_utf16().count() <= CONTENT && content.ends_with("\n…"), "{content}");
    assert_eq!(lines(&[])["content"], "…");
}

fn assert_within_limits(message: &Value) {
    assert_eq!(message["allowed_mentions"], json!({"parse": []}));
    let (mut characters, mut components) = (0, 0);
    count(message, &mut characters, &mut components);
    assert!(
        characters <= 4000 && components <= 40,
        "{characters} characters, {components} components"
    );
}

fn count(value: &Value, characters: &mut usize, components: &mut usize) {
    if let Some(content) = value["content"].as_str() {
        assert!(!content.contains("javascript:") || !content.contains("](javascript"), "{content}");
        *characters += content.encode_utf16().count();
    }
    for child in value["components"].as_array().into_iter().flatten() {
        *components += 1 + usize::from(child.get("accessory").is_some());
        count(child, characters, components);
    }
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[<@#&>|*`a\\[\\]()_\n]{0,40}",
        Just("<@1> [x](y) ".repeat(500)),
        Just("https://e/(".to_owned())
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_input_pings_or_passes_a_limit(a in hostile(), b in hostile(), c in hostile(), at in any::<i64>()) {
        let view = TicketView {
            title: a.clone(), status: Status::OnHold, status_label: b.clone(), priority: Priority::High, channel: Channel::Web,
            answers: vec![(a.clone(), c.clone()); 12], queue: a.clone(), requester: b.clone(),
            assignee: Some(c.clone()), due: Some(Due { label: a.clone(), at_unix: at, is_over: false }), excerpt: b.clone(),
            url: Some(c.clone()), number: 7, version: 7, tone: Tone::Calm, footer: None,
        };
        assert_within_limits(&card(&view, &Button::ALL));
        assert_within_limits(&above(&c, card(&view, &Button::ALL)));
        assert_within_limits(&page(&a, &vec![view.clone(); 12], &Pager { back: Some("l:a:1".into()), next: Some("l:a:3".into()) }));
        assert_within_limits(&list(&a, &vec![view.clone(); 12]));
        assert_within_limits(&alert(&c, &vec![(a.clone(), b.clone()); 12], &view, &[Button::Take]));
        let content = notice(&b)["content"].as_str().map_or(0, |text| text.encode_utf16().count());
        assert!(content <= 2000);
    }
}
