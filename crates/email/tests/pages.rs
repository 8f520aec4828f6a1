//! A25, A26: what each look makes of a letter, and that words stay words, read by another HTML reader than a
//! browser's. To look at them, open the snapshots' HTML.

use std::collections::BTreeSet;

use email::page::{Look, Page, html};
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;

const LOOKS: [Look; 3] = [Look::Plain, Look::Notice, Look::Digest];

const REPLY: Page<'static> = Page {
    language: "en",
    title: "Re: The printer prints blank pages [#1042]",
    preheader: "Hello Kofi, thanks for the photo: that helped.",
    greeting: "",
    opening: "Ama Owusu answered:",
    quoted: "Hello Kofi,\n\nthanks for the photo: that helped. Could you\n  1. switch it off,\n  \
        2. print https://printers.test/test.pdf?size=a4&tray=2?\n\n> It prints blank pages\n\
        > since this morning.\n>> Did it work yesterday?\n\nBest,\nAma",
    facts: &[],
    closing: "Just answer this message to go on.",
    footer: "Northwind Support, ticket #1042",
    look: Look::Plain,
};

const DIGEST: Page<'static> = Page {
    title: "14 updates on your tickets",
    preheader: "#12: Kofi wrote: It is broken again",
    opening: "14 things happened at once. The most pressing:",
    quoted: "• #12: Kofi wrote: It is broken again and I do not know why, could somebody…\n\
        • First reply due in 20 min: #17 New laptop\n\
        … and 12 more. Your queues list them all, next due first.",
    closing: "This is a summary: answer on the ticket itself.",
    footer: "Northwind Support\nNo more of these: https://desk.test/unsubscribe/abc",
    look: Look::Digest,
    ..REPLY
};

fn facts() -> Vec<(String, String)> {
    let pairs = [
        ("Ticket", "#1042: The printer prints blank pages"),
        ("First reply due", "Monday 30 November, 14:30"),
        ("Page", "https://desk.test/t/1042"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn notice(facts: &[(String, String)]) -> Page<'_> {
    Page {
        title: "#1042 is yours: The printer prints blank pages",
        preheader: "Ama Owusu assigned #1042 to you.",
        greeting: "Hello Esi,",
        opening: "Ama Owusu assigned #1042 to you.",
        quoted: "The printer prints blank pages.\nIt worked yesterday.\n\n> The toner?\n\nYes.",
        facts,
        closing: "Answer on the ticket.",
        footer: "You get this as an agent of Northwind Support.",
        look: Look::Notice,
        ..REPLY
    }
}

#[test]
fn what_a_person_wrote_looks_typed() {
    insta::assert_snapshot!(html(&REPLY));
}

#[test]
fn what_the_desk_says_is_a_card() {
    insta::assert_snapshot!(html(&notice(&facts())));
}

#[test]
fn several_things_are_a_list() {
    insta::assert_snapshot!(html(&DIGEST));
}

/// The start tags of a page with their attributes in order.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        let Token::StartTag(tag) = token else { continue };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
        tags.push((text(&tag.name), attributes.collect()));
    }
    tags
}

/// What a page reads, a blank wherever an element other than a link begins or ends.
fn words(html: &str) -> BTreeSet<String> {
    let mut text = String::new();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::String(words) => text.push_str(&String::from_utf8_lossy(&words)),
            Token::StartTag(tag) if tag.name.as_slice() != b"a" => text.push(' '),
            Token::EndTag(tag) if tag.name.as_slice() != b"a" => text.push(' '),
            _ => {}
        }
    }
    split(&text)
}

/// Words without the marks of quotes and lists.
fn split(text: &str) -> BTreeSet<String> {
    let marks = ['>', '•'];
    let shown = text.chars().filter(|c| c.is_whitespace() || !c.is_control());
    let text: String = shown.collect();
    let words = text.split_whitespace().map(|word| word.trim_start_matches(marks).to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// A page that says this everywhere.
fn saying(text: &str, facts: &[(String, String)], look: Look) -> String {
    html(&Page {
        language: text,
        title: text,
        preheader: text,
        greeting: text,
        opening: text,
        quoted: text,
        facts,
        closing: text,
        footer: text,
        look,
    })
}

/// What a page consists of whatever it says: links aside, and its title and language where they are attributes.
fn skeleton(html: &str) -> BTreeSet<String> {
    let open = |(name, attributes): (String, Vec<(String, String)>)| {
        let kept = attributes.iter().filter(|(name, _)| name != "aria-label" && name != "lang");
        let kept: Vec<String> = kept.map(|(name, value)| format!("{name}={value}")).collect();
        format!("{name} {}", kept.join(" "))
    };
    tags(html).into_iter().filter(|(name, _)| name != "a").map(open).collect()
}

/// The elements that end, in the order of their names.
fn ends(html: &str) -> Vec<String> {
    let mut ends = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        let Token::EndTag(tag) = token else { continue };
        ends.push(String::from_utf8_lossy(&tag.name).into_owned());
    }
    ends.sort();
    ends
}

/// Fails where the text made markup, or was not shown.
fn check(text: &str, look: Look) -> Result<(), TestCaseError> {
    let facts = vec![(text.to_owned(), text.to_owned())];
    let page = saying(text, &facts, look);
    let plainly = "a\nb\n\n> c\n>> d\n>>> e\n>>>> f\n>>>>> g";
    let may = skeleton(&saying(plainly, &[(plainly.into(), plainly.into())], look));
    let is = skeleton(&page);
    prop_assert!(is.is_subset(&may), "{text:?}: {:?}", is.difference(&may).collect::<Vec<_>>());
    let mut begun = Vec::new();
    for (name, attributes) in tags(&page) {
        if name == "a" {
            let [(attribute, value)] = attributes.as_slice() else {
                return Err(TestCaseError::fail(format!("{text:?}: {attributes:?}")));
            };
            let lower = value.to_ascii_lowercase();
            let leads = lower.starts_with("http://") || lower.starts_with("https://");
            prop_assert!(attribute == "href" && leads && text.contains(value), "{value}");
        }
        if !["meta", "br"].contains(&name.as_str()) {
            begun.push(name);
        }
    }
    begun.sort();
    prop_assert_eq!(begun, ends(&page), "what begins ends: {:?}", text);
    let shown = words(&page);
    let missing: Vec<String> = split(text).difference(&shown).cloned().collect();
    prop_assert!(missing.is_empty(), "{text:?}: {missing:?} not in {page}");
    Ok(())
}

#[test]
fn no_language_of_markup_is_spoken() {
    let rows = [
        "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {ticket.title} {% include x %} ⟦footer⟧ ⟦end⟧ ⟦only facts⟧",
        "<script>alert(1)</script> <img src=x onerror=alert(1)> </td></table></div><h1>Hi</h1>",
        "\"><svg onload=alert(1)> ' onclick=' --> <!-- ]]> <![endif]--> </title> </style>",
        "[a](javascript:alert(1)) ![b](https://spy.test/p.gif) [url=javascript:alert(1)]c[/url]",
        "<a href=\"https://evil.test\">bank</a> https://a.test/\"onmouseover=\"alert(1)",
        "&lt;script&gt; &amp; &#60;b&#62; &quot;",
        "*bold* _under_ `code` # heading\n- one\n- two\n| a | b |\n---",
        "<mj-text>x</mj-text> <mj-raw><script>1</script></mj-raw>",
        "javascript:alert(1) data:text/html,<script>1</script> vbscript:x",
    ];
    for text in rows {
        for look in LOOKS {
            check(text, look).unwrap();
        }
        let literal = html(&Page { quoted: text, ..REPLY });
        assert!(split(text).is_subset(&words(&literal)), "{text}");
    }
}

#[test]
fn only_what_somebody_writes_to_be_followed_is_a_link() {
    let facts = vec![("https://a.test/name".to_owned(), "https://a.test/fact".to_owned())];
    let page = Page {
        title: "https://a.test/title",
        greeting: "Hello https://a.test/greeting,",
        opening: "We have \"https://a.test/opening\".",
        quoted: "https://a.test/quoted",
        closing: "https://a.test/closing",
        footer: "https://a.test/footer",
        ..notice(&facts)
    };
    for look in LOOKS {
        let tags = tags(&html(&Page { look, ..page }));
        let links = tags.into_iter().filter(|(name, _)| name == "a");
        let links: Vec<String> = links.map(|(_, attributes)| attributes[0].1.clone()).collect();
        let expected = ["quoted", "fact", "closing", "footer"];
        assert_eq!(links, expected.map(|name| format!("https://a.test/{name}")), "{look:?}");
    }
}

#[test]
fn a_page_is_small_and_complete_and_loads_nothing() {
    let facts = facts();
    for page in [REPLY, notice(&facts), DIGEST] {
        let html = html(&page);
        assert!(html.len() < 8 * 1024, "{:?}: {}", page.look, html.len());
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>"));
        assert!(!html.contains("<mj-") && !html.contains(['⟦', '⟧']), "{html}");
        for (name, attributes) in tags(&html) {
            let loads = ["script", "link", "img", "iframe", "object", "form"];
            assert!(!loads.contains(&name.as_str()), "{name}");
            let acts = |name: &str| name.starts_with("on") || name == "src" || name == "background";
            assert!(!attributes.iter().any(|(name, _)| acts(name)), "{attributes:?}");
            let layout = ("role".to_owned(), "presentation".to_owned());
            let of_facts = ("width".to_owned(), "100%".to_owned());
            let told = attributes.contains(&layout) || attributes.contains(&of_facts);
            assert!(name != "table" || told, "a table that is layout says so: {attributes:?}");
        }
        assert!(!html.contains("url(") && !html.contains("@import"));
    }
}

#[test]
fn a_page_says_its_language_and_direction() {
    let rows = [
        ("en", "en", "ltr"),
        ("pt-BR", "pt-BR", "ltr"),
        ("de_AT", "de-AT", "ltr"),
        ("ar", "ar", "rtl"),
        ("HE-IL", "HE-IL", "rtl"),
        ("fa", "fa", "rtl"),
        ("ur-PK", "ur-PK", "rtl"),
        ("arn", "arn", "ltr"),
        ("", "und", "ltr"),
        ("en\" onload=\"x", "und", "ltr"),
    ];
    for (language, lang, dir) in rows {
        for look in LOOKS {
            let page = html(&Page { language, look, ..REPLY });
            let (name, attributes) = tags(&page).remove(0);
            let value =
                |of: &str| attributes.iter().find(|(name, _)| name == of).unwrap().1.clone();
            assert_eq!((name.as_str(), value("lang").as_str()), ("html", lang));
            assert_eq!(value("dir"), dir, "{language}");
            let start = if dir == "rtl" { "border-right:" } else { "border-left:" };
            assert_eq!(page.contains(start), look != Look::Digest, "{language} {look:?}");
        }
    }
}

#[test]
fn what_is_empty_leaves_no_gap() {
    let facts = facts();
    let empty = Page { greeting: "", quoted: " \n", facts: &[], closing: "", footer: "", ..REPLY };
    for look in [Look::Notice, Look::Digest] {
        let rows = |page: &Page<'_>| html(page).matches("<tr>").count();
        let full = rows(&Page { look, ..notice(&facts) });
        assert_eq!(rows(&Page { look, ..empty }) + 4, full, "{look:?}");
    }
    assert!(!html(&Page { look: Look::Plain, ..empty }).contains("<p></p>"));
}

/// How far two colours stand apart (WCAG 2.2, contrast ratio).
fn contrast(one: &str, other: &str) -> f64 {
    let channel = |colour: &str, at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let light = |c: &str| 0.2126 * channel(c, 1) + 0.7152 * channel(c, 3) + 0.0722 * channel(c, 5);
    let (one, other) = (light(one) + 0.05, light(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn words_stand_out_by_day_and_by_night() {
    let rows = [
        ("#ffffff", ["#1f2328", "#57606a", "#0757ba"]),
        ("#161b22", ["#e6edf3", "#9da7b3", "#79b8ff"]),
    ];
    let page = html(&notice(&facts()));
    for (behind, words) in rows {
        for colour in words {
            assert!(contrast(colour, behind) >= 4.5, "{colour} on {behind}");
            let written = |colour: &str| page.contains(colour) || page.contains(&rgb(colour));
            assert!(written(colour) && written(behind), "{colour} on {behind}");
        }
    }
    let digits = |after: &&str| after.starts_with(|c: char| c.is_ascii_digit());
    let numbers: Vec<&str> = page.split('#').skip(1).filter(digits).collect();
    assert!(
        numbers.iter().all(|after| after.starts_with("1042")),
        "only the ticket's: {numbers:?}"
    );
}

/// The same colour, its parts written out.
fn rgb(colour: &str) -> String {
    let part = |at: usize| u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
    format!("rgb({},{},{})", part(1), part(3), part(5))
}

/// Pieces that mean something to some reader, between any others.
fn hostile() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "&",
        "`",
        "</td>",
        "<b>",
        "<!--",
        "-->",
        "]]>",
        "<?x?>",
        "&lt",
        "&#x3c;",
        "https://",
        "http://a.test",
        "https://a.test/\"x",
        "javascript:",
        "(",
        ")",
        "@",
        ":",
        "://",
        "\n",
        "\r",
        "\t",
        "  ",
        "\n\n",
        "\n>",
        "> ",
        ">>>",
        "• ",
        "\0",
        "\u{85}",
        "\u{202e}",
        "⟦end⟧",
        "⟦",
        "{{7*7}}",
        "[x](",
        "onload=",
        "=",
        "/",
    ]);
    let piece =
        prop_oneof![3 => known.prop_map(str::to_owned), 1 => "\\PC{0,8}", 1 => any::<String>()];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_text_makes_markup_or_is_lost(text in hostile(), look in prop::sample::select(LOOKS.to_vec())) {
        check(&text, look)?;
    }
}
