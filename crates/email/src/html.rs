//! HTML of strangers made fit to be shown: what runs, loads, moves or posts is gone, words and their plain form
//! stay. What was sent stays as it came in the raw mail; a reader that trusts a sender can look there.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Where links may lead. Neither scripts nor documents inside a link, nor a way back into the desk.
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "cid"];
/// Elements whose words are not for people.
const WITHOUT_WORDS: [&str; 6] = ["script", "style", "title", "noscript", "template", "svg"];

/// Built once: it has many tables.
static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean_content_tags(HashSet::from(WITHOUT_WORDS))
        .rm_tags(["map", "area", "wbr"])
        .add_tags(["font"])
        // Names and styles could meet those of the page around it.
        .generic_attributes(HashSet::from(["lang", "dir", "align"]))
        .tag_attributes(attributes())
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            // What is not in the mail itself would tell the sender that it was read, and where.
            ("img", "src") => value.starts_with("cid:").then_some(value.into()),
            (_, "href") => (!value.starts_with("cid:")).then_some(value.into()),
            _ => Some(value.into()),
        });
    builder
});

/// Which elements keep which attributes.
fn attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    let cell = HashSet::from(["colspan", "rowspan"]);
    HashMap::from([
        ("a", HashSet::from(["href", "hreflang"])),
        ("img", HashSet::from(["src", "alt", "width", "height"])),
        ("blockquote", HashSet::from(["type"])),
        ("ol", HashSet::from(["start", "type"])),
        ("font", HashSet::from(["color"])),
        ("td", cell.clone()),
        ("th", cell),
    ])
}

/// The HTML without anything that is not for reading.
pub fn sanitise(html: &str) -> String {
    SANITISER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_what_acts_goes() {
        let rows = [
            ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
            ("<script>alert(1)</script>Hi", "Hi"),
            ("<p onclick=alert(1) style='position:fixed' class=x id=y>Hi</p>", "<p>Hi</p>"),
            ("<img src='https://spy.example/p.gif'>", "<img>"),
            ("<img src='cid:logo@x' alt=Logo>", "<img src=\"cid:logo@x\" alt=\"Logo\">"),
            ("<form action=/v1/tickets><input name=a>Hi</form>", "Hi"),
            (
                "<a href='javascript:alert(1)'>Hi</a>",
                "<a rel=\"noopener noreferrer nofollow\">Hi</a>",
            ),
            ("<a href='/v1/tickets'>Hi</a>", "<a rel=\"noopener noreferrer nofollow\">Hi</a>"),
            ("<svg><style><img src=x onerror=alert(1)></style></svg>Hi", "<img>Hi"),
        ];
        for (html, expected) in rows {
            assert_eq!(sanitise(html), expected, "{html}");
        }
    }
}
