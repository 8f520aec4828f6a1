//! Discord's marks in what the desk writes, drawn as a person would see them there: escapes, links,
//! mentions, moments, bold. What is no mark is shown as it stands. Slack is sent no marks: see `rich`.

use jiff::Timestamp;
use maud::{Markup, html};

use super::cast::{self, Service};

/// A piece of a line.
enum Piece {
    Text(String),
    Bold(String),
    Quiet(String),
    Code(String),
    Link(String, String),
    Mention(String),
    Moment(i64),
    /// How long until then.
    Relative(i64),
}

/// Discord's markdown.
pub fn discord(text: &str) -> Markup {
    html! {
        @for (place, line) in text.split('\n').enumerate() {
            @if place > 0 { br; }
            @let (kind, line) = kind(line);
            @match kind {
                Line::Quote => span.quote { (pieces(line)) },
                Line::Heading => strong.heading { (pieces(line)) },
                Line::Small => small.quiet { (pieces(line)) },
                Line::Plain => (pieces(line)),
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Line {
    Quote,
    Heading,
    Small,
    Plain,
}

fn kind(line: &str) -> (Line, &str) {
    let marks: [(&str, Line); 5] = [
        ("> ", Line::Quote),
        ("### ", Line::Heading),
        ("## ", Line::Heading),
        ("# ", Line::Heading),
        ("-# ", Line::Small),
    ];
    let found = marks.iter().find_map(|(mark, kind)| Some((*kind, line.strip_prefix(mark)?)));
    found.unwrap_or((Line::Plain, line))
}

fn pieces(line: &str) -> Markup {
    html! {
        @for piece in read(line) {
            @match piece {
                Piece::Text(text) => (text),
                Piece::Bold(text) => strong { (pieces_inside(&text)) },
                Piece::Quiet(text) => em { (pieces_inside(&text)) },
                Piece::Code(text) => code { (text) },
                Piece::Link(url, words) => a href=(web(&url)) rel="noreferrer" { (pieces_inside(&words)) },
                Piece::Mention(account) => span.mention { "@" (cast::name_of(Service::Discord, &account)) },
                Piece::Moment(at) => (moment(at, false)),
                Piece::Relative(at) => (moment(at, true)),
            }
        }
    }
}

fn pieces_inside(text: &str) -> Markup {
    match text.contains(['*', '<', '\\', '`']) {
        true => pieces(text),
        false => html! { (text) },
    }
}

/// Only web addresses can be followed.
pub fn web(url: &str) -> &str {
    let ours = url.starts_with("http://") || url.starts_with("https://");
    if ours { url } else { "#" }
}

/// A moment in the reader's own zone would need a script; here it is the desk's word, in UTC.
pub fn moment(at: i64, relative: bool) -> Markup {
    let Ok(at) = Timestamp::from_second(at) else { return html! { "?" } };
    let shown = at.strftime("%a %-d %b, %H:%M UTC").to_string();
    html! { time datetime=(at) data-relative[relative] { (shown) } }
}

/// A line cut at its marks; all else is shown as it stands.
fn read(line: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let (piece, after) = mark(rest).unwrap_or_else(|| {
            let (letter, after) = rest.split_at(next.len_utf8());
            (Piece::Text(letter.to_owned()), after)
        });
        push(&mut pieces, piece);
        rest = after;
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (Some(Piece::Text(known)), Piece::Text(more)) => known.push_str(&more),
        (_, piece) => pieces.push(piece),
    }
}

/// What a mark at the beginning of a text makes of it, and what is left; none where it is no mark.
fn mark(rest: &str) -> Option<(Piece, &str)> {
    match rest.chars().next()? {
        '\\' => {
            let escaped = rest.chars().nth(1)?;
            Some((Piece::Text(escaped.to_string()), rest.get(1 + escaped.len_utf8()..)?))
        }
        '*' if rest.starts_with("**") => between(rest, "**").map(|(t, r)| (Piece::Bold(t), r)),
        '*' => between(rest, "*").map(|(t, r)| (Piece::Quiet(t), r)),
        '`' => between(rest, "`").map(|(t, r)| (Piece::Code(t), r)),
        '<' => {
            let (inside, rest) = rest.strip_prefix('<')?.split_once('>')?;
            Some((token(inside)?, rest))
        }
        '[' => link(rest),
        _ => None,
    }
}

/// What stands between `<` and `>`: a moment or a mention.
fn token(inside: &str) -> Option<Piece> {
    let Some(moment) = inside.strip_prefix("t:") else {
        return Some(Piece::Mention(inside.strip_prefix('@')?.to_owned()));
    };
    let (at, style) = moment.split_once(':').unwrap_or((moment, "f"));
    let at = at.parse().ok()?;
    Some(if style == "R" { Piece::Relative(at) } else { Piece::Moment(at) })
}

fn between<'a>(rest: &'a str, mark: &str) -> Option<(String, &'a str)> {
    let after = rest.strip_prefix(mark)?;
    let mut end = after.find(mark)?;
    while end > 0 && after.get(end - 1..end) == Some("\\") {
        end += 1 + after.get(end + 1..)?.find(mark)?;
    }
    (end > 0).then_some(())?;
    Some((after.get(..end)?.to_owned(), after.get(end + mark.len()..)?))
}

fn link(rest: &str) -> Option<(Piece, &str)> {
    let (words, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (url, rest) = after.split_once(')')?;
    Some((Piece::Link(url.trim_matches(['<', '>']).to_owned(), words.to_owned()), rest))
}

/// Markup as the text in it, for tests.
#[cfg(test)]
fn shown(markup: Markup) -> String {
    markup.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discord_text_looks_as_it_does_there() {
        for (text, expected) in [
            ("### \\#12 \\*x\\*", "<strong class=\"heading\">#12 *x*</strong>"),
            ("in **Support**", "in <strong>Support</strong>"),
            ("\\<@1> @everyone", "&lt;@1&gt; @everyone"),
            (
                "<t:0:R>",
                "<time datetime=\"1970-01-01T00:00:00Z\" data-relative>Thu 1 Jan, 00:00 UTC</time>",
            ),
            ("-# small", "<small class=\"quiet\">small</small>"),
            ("a <b", "a &lt;b"),
        ] {
            assert_eq!(shown(discord(text)), expected, "{text}");
        }
    }
}
