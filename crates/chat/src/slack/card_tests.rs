//! Slack cards: what they look like, and that no input can mention anyone or pass a limit.

use super::*;
use crate::slack::read::said_in;
use crate::view::Due;
use desk::{Channel, Priority, Status};
use proptest::prelude::*;

fn view() -> TicketView {
    TicketView {
        number: 1057,
        title: "Laptop won't boot after BIOS update".into(),
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
    let message = card(&view(), &[Button::Take, Button::Resolve]);
    assert_eq!(
        message.text,
        "#1057 Laptop won't boot after BIOS update — New, High, First reply due 2026-11-22 05:30 UTC"
    );
    let head = json!([
        {"type": "link", "url": "https://help.example.com/t/1057", "text": "#1057 Laptop won't boot after BIOS update",
         "style": {"bold": true}},
        {"type": "text", "text": "\nfrom Kofi B. in "},
        {"type": "text", "text": "IT", "style": {"bold": true}},
    ]);
    assert_eq!(message.blocks[0]["elements"][0]["elements"], head);
    let due = json!({"type": "date", "timestamp": 1_795_325_400, "format": "{date_short_pretty}, {time}",
        "fallback": "2026-11-22 05:30 UTC"});
    let facts = message.blocks[1]["elements"][0]["elements"].as_array().unwrap();
    assert_eq!(facts.last(), Some(&due));
    let said = "Status  🔵 New\nPriority  🔺 High\nAssignee  nobody yet\nFirst reply due  ⏳ ";
    assert_eq!(said_in(&message.blocks[1]).as_deref(), Some(said));
    let quote = json!({"type": "rich_text_quote", "elements": [{"type": "text", "text": "three amber\nblinks"}]});
    assert_eq!(message.blocks[2]["elements"], json!([quote]));
    let take = &message.blocks[3]["elements"][0];
    assert_eq!(
        (&take["action_id"], &take["value"], &take["style"]),
        (&json!("tkt.take"), &json!("1057:7"), &json!("primary"))
    );
    assert_eq!(message.blocks[3]["elements"][1]["action_id"], "tkt.propose");
    assert_eq!(card(&view(), &[]).blocks.as_array().unwrap().len(), 3);
}

#[test]
fn lists_alerts_and_notices() {
    let many = vec![view(); 25];
    let listed = list("My tickets", &many);
    assert_eq!(listed.blocks.as_array().unwrap().len(), 22);
    assert_eq!(listed.blocks[21]["elements"][0]["text"], "… and 5 more");
    assert_eq!(said_in(&list("My tickets", &[]).blocks[1]).as_deref(), Some("Nothing here."));
    let alerted = alert(
        "#1057 is about to breach",
        &[("Target".into(), "Resolve <4 h>".into())],
        &view(),
        &[Button::Take],
    );
    assert_eq!(alerted.blocks[0]["text"]["text"], "⏰ #1057 is about to breach");
    assert_eq!(said_in(&alerted.blocks[1]).as_deref(), Some("Target  Resolve <4 h>"));
    assert_eq!(alerted.blocks[3]["elements"][0]["action_id"], "tkt.take");
    let said = notice("<!channel> &\n*hi*");
    assert_eq!(said.text, "&lt;!channel&gt; &amp;\n*hi*");
    assert_eq!(said_in(&said.blocks[0]).as_deref(), Some("<!channel> &\n*hi*"));
    assert_eq!(notice("").text, "…");
    assert_eq!(ephemeral(notice("hi"))["response_type"], "ephemeral");
}

#[test]
fn lines_show_moments_in_the_readers_zone() {
    let words = |text: &str| Piece::Words(text.into());
    let line = vec![words("due "), Piece::Moment(1_795_325_400), words(" <!channel>")];
    let shown = lines(&[vec![words("#7: what was promised")], line.clone()]);
    assert_eq!(shown.text, "#7: what was promised");
    let elements = shown.blocks[0]["elements"][0]["elements"].as_array().unwrap();
    let kinds: Vec<&str> = elements.iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["text", "date", "text"], "words beside words are one");
    assert_eq!(elements[1]["fallback"], "2026-11-22 05:30 UTC");
    assert_eq!(elements[2]["text"], " <!channel>");
    let many = lines(&vec![line; 1000]);
    assert_eq!(many.blocks.as_array().unwrap().len(), BLOCKS);
    assert_no_mention(&many);
    assert_eq!(said_in(&lines(&[]).blocks[0]).as_deref(), Some("…"));
}

#[test]
fn what_a_question_quotes_is_read_back_as_it_was_said() {
    let answers = [("7".to_owned(), "#7 <b>".to_owned())];
    for said in
        ["*a* <!channel> & `c`", "&lt;!channel&gt; & more", "line\n\tline", &"🔥x ".repeat(3000)]
    {
        let asked = question("Which?", said, "dm:1.2:", "pick", &answers);
        assert_no_mention(&asked);
        let blocks: Vec<String> =
            asked.blocks.as_array().unwrap().iter().filter_map(said_in).collect();
        assert_eq!(quoted(&blocks), said.trim());
        let handed_back = blocks
            .iter()
            .map(|block| block.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        assert_eq!(quoted(&handed_back.collect::<Vec<_>>()), said.trim(), "as Slack escapes it");
    }
}

#[test]
fn only_web_addresses_become_links() {
    let mut odd = view();
    for url in ["javascript:alert(1)", "not a url", "https://e/|x>y<!channel>"] {
        odd.url = Some(url.into());
        assert_no_mention(&card(&odd, &[]));
        assert!(!card(&odd, &[]).blocks.to_string().contains("javascript:"));
    }
}

/// Whatever people say stands where Slack interprets nothing, and nothing is longer than it may be.
fn assert_no_mention(message: &Message) {
    assert!(!message.text.contains('<') && !message.text.contains('>'), "{}", message.text);
    assert!(!message.text.is_empty());
    walk(&message.blocks, &mut |object| {
        assert_ne!(object["type"], "mrkdwn", "{object}");
        let text = object["text"].as_str().unwrap_or("…");
        assert!(!text.is_empty(), "{object}");
        assert!(text.encode_utf16().count() <= 3000, "{} units", text.encode_utf16().count());
    });
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(fields) => {
            visit(value);
            fields.values().for_each(|item| walk(item, visit));
        }
        _ => {}
    }
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[<!@#&>|*`a\n]{0,40}",
        Just("<!channel> <@U1> ".repeat(500)),
        Just("🔥&".repeat(5000))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_input_mentions_anyone_or_passes_a_limit(a in hostile(), b in hostile(), c in hostile(), at in any::<i64>()) {
        let view = TicketView {
            title: a.clone(), status: Status::OnHold, status_label: b.clone(), priority: Priority::High, channel: Channel::Web,
            answers: vec![(a.clone(), c.clone()); 12], queue: a.clone(), requester: b.clone(),
            assignee: Some(c.clone()), due: Some(Due { label: a.clone(), at_unix: at, is_over: false }), excerpt: b.clone(),
            url: Some(c.clone()), number: 7, version: 7, tone: Tone::Calm, footer: None,
        };
        assert_no_mention(&card(&view, &Button::ALL));
        assert_no_mention(&list(&a, &[view.clone(), view.clone()]));
        assert_no_mention(&notice(&b));
        assert_no_mention(&question(&a, &b, &c, "pick", &[(a.clone(), b.clone())]));
        let line = vec![Piece::Words(a.clone()), Piece::Moment(at), Piece::Words(b.clone())];
        assert_no_mention(&lines(&vec![line; 30]));
        let alerted = alert(&c, &vec![(a.clone(), b.clone()); 12], &view, &[Button::Take]);
        assert_no_mention(&alerted);
        let heading = alerted.blocks[0]["text"]["text"].as_str().unwrap_or_default();
        assert!(heading.encode_utf16().count() <= 150);
    }
}
