//! Slack cards: what they look like, and that no input can mention anyone or pass a limit.

use super::*;
use proptest::prelude::*;

fn view() -> TicketView {
    TicketView {
        number: 1057,
        title: "Laptop won't boot after BIOS update".into(),
        status: "New".into(),
        priority: "High".into(),
        queue: "IT".into(),
        requester: "Kofi B.".into(),
        assignee: None,
        due: Some(Due { label: "First reply due".into(), at_unix: 1_795_325_400 }),
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
    let texts: Vec<&str> = [
        "/0/text/text",
        "/1/fields/0/text",
        "/1/fields/1/text",
        "/1/fields/2/text",
        "/1/fields/3/text",
        "/2/text/text",
    ]
    .iter()
    .map(|path| message.blocks.pointer(path).unwrap().as_str().unwrap())
    .collect();
    assert_eq!(
        texts,
        [
            "*<https://help.example.com/t/1057|#1057 Laptop won't boot after BIOS update>*\nfrom Kofi B. in *IT*",
            "*Status*\n🔵 New",
            "*Priority*\n🔺 High",
            "*Assignee*\n_nobody yet_",
            "*First reply due*\n⏳ <!date^1795325400^{date_short_pretty}, {time}|2026-11-22 05:30 UTC>",
            "> three amber blinks",
        ]
    );
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
    assert_eq!(list("My tickets", &[]).blocks[1]["text"]["text"], "_Nothing here._");
    let alerted = alert(
        "#1057 is about to breach",
        &[("Target".into(), "Resolve <4 h>".into())],
        &view(),
        &[Button::Take],
    );
    assert_eq!(alerted.blocks[0]["text"]["text"], "⏰ #1057 is about to breach");
    assert_eq!(alerted.blocks[1]["fields"][0]["text"], "*Target*\nResolve &lt;4 h&gt;");
    assert_eq!(alerted.blocks[3]["elements"][0]["action_id"], "tkt.take");
    assert_eq!(notice("<!channel> &\nhi").text, "&lt;!channel&gt; &amp;\nhi");
    assert_eq!(notice("").text, "…");
    assert_eq!(ephemeral(notice("hi"))["response_type"], "ephemeral");
}

#[test]
fn lines_show_moments_in_the_readers_zone() {
    let words = |text: &str| Piece::Words(text.into());
    let line = vec![words("due "), Piece::Moment(1_795_325_400), words(" <!channel>")];
    let shown = lines(&[vec![words("#7: what was promised")], line.clone()]);
    assert_eq!(shown.text, "#7: what was promised");
    let text = "#7: what was promised\ndue <!date^1795325400^{date_short_pretty}, {time}|2026-11-22 05:30 UTC> &lt;!channel&gt;";
    assert_eq!(shown.blocks, json!([{"type": "section", "text": mrkdwn(text)}]));
    let many = lines(&vec![line; 400]);
    assert_eq!(many.blocks.as_array().unwrap().len(), SECTIONS);
    assert_no_mention(&Message { text: String::new(), ..many });
    assert_eq!(lines(&[]).blocks[0]["text"]["text"], "…");
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

fn assert_no_mention(message: &Message) {
    let dated = |text: &str| text.replace("<!date^", "");
    walk(&message.blocks, &mut |text| {
        let text = dated(text);
        assert!(!text.contains("<!") && !text.contains("<@") && !text.contains("<#"), "{text}");
        assert!(text.encode_utf16().count() <= 3000, "{} units", text.encode_utf16().count());
    });
    assert!(!message.text.contains("<!") && !message.text.contains("<@"), "{}", message.text);
}

fn walk(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(fields) => fields.values().for_each(|item| walk(item, visit)),
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
            title: a.clone(), status: b.clone(), priority: c.clone(), queue: a.clone(), requester: b.clone(),
            assignee: Some(c.clone()), due: Some(Due { label: a.clone(), at_unix: at }), excerpt: b.clone(),
            url: Some(c.clone()), number: 7, version: 7, tone: Tone::Calm, footer: None,
        };
        assert_no_mention(&card(&view, &Button::ALL));
        assert_no_mention(&list(&a, &[view.clone(), view.clone()]));
        assert_no_mention(&notice(&b));
        let line = vec![Piece::Words(a.clone()), Piece::Moment(at), Piece::Words(b.clone())];
        assert_no_mention(&Message { text: String::new(), ..lines(&vec![line; 30]) });
        let alerted = alert(&c, &vec![(a.clone(), b.clone()); 12], &view, &[Button::Take]);
        assert_no_mention(&alerted);
        let heading = alerted.blocks[0]["text"]["text"].as_str().unwrap_or_default();
        assert!(heading.encode_utf16().count() <= 150);
    }
}
