//! The marks of either service in what the desk writes, drawn as a person would see them there:
//! escapes, links, mentions, moments, bold. What is no mark is shown as it stands.

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

/// Slack's mrkdwn: docs.slack.dev, "Formatting message text".
pub fn slack(text: &str) -> Markup {
    lines(text, Service::Slack)
}

/// Discord's markdown.
pub fn discord(text: &str) -> Markup {
    lines(text, Service::Discord)
}

fn lines(text: &str, service: Service) -> Markup {
    html! {
        @for (place, line) in text.split('\n').enumerate() {
            @if place > 0 { br; }
            @let (kind, line) = kind(line, service);
            @match kind {
                Line::Quote => span.quote { (pieces(line, service)) },
                Line::Heading => strong.heading { (pieces(line, service)) },
                Line::Small => small.quiet { (pieces(line, service)) },
                Line::Plain => (pieces(line, service)),
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

fn kind(line: &str, service: Service) -> (Line, &str) {
    let marks: &[(&str, Line)] = match service {
        Service::Slack => &[("> ", Line::Quote), ("&gt; ", Line::Quote)],
        Service::Discord => &[
            ("> ", Line::Quote),
            ("### ", Line::Heading),
            ("## ", Line::Heading),
            ("# ", Line::Heading),
            ("-# ", Line::Small),
        ],
    };
    let found = marks.iter().find_map(|(mark, kind)| Some((*kind, line.strip_prefix(mark)?)));
    found.unwrap_or((Line::Plain, line))
}

fn pieces(line: &str, service: Service) -> Markup {
    let pieces = match service {
        Service::Slack => read_slack(line),
        Service::Discord => read(line, discord_mark),
    };
    html! {
        @for piece in pieces {
            @match piece {
                Piece::Text(text) => (text),
                Piece::Bold(text) => strong { (pieces_inside(&text, service)) },
                Piece::Quiet(text) => em { (pieces_inside(&text, service)) },
                Piece::Code(text) => code { (text) },
                Piece::Link(url, words) => a href=(web(&url)) rel="noreferrer" { (pieces_inside(&words, service)) },
                Piece::Mention(account) => span.mention { "@" (cast::name_of(service, &account)) },
                Piece::Moment(at) => (moment(at, false)),
                Piece::Relative(at) => (moment(at, true)),
            }
        }
    }
}

fn pieces_inside(text: &str, service: Service) -> Markup {
    match text.contains(['*', '<', '&', '\\', '_', '`']) {
        true => pieces(text, service),
        false => html! { (text) },
    }
}

/// Only web addresses can be followed.
fn web(url: &str) -> String {
    let ours = url.starts_with("http://") || url.starts_with("https://");
    if ours { url.to_owned() } else { "#".to_owned() }
}

/// A moment in the reader's own zone would need a script; here it is the desk's word, in UTC.
fn moment(at: i64, relative: bool) -> Markup {
    let Ok(at) = Timestamp::from_second(at) else { return html! { "?" } };
    let shown = at.strftime("%a %-d %b, %H:%M UTC").to_string();
    html! { time datetime=(at) data-relative[relative] { (shown) } }
}

/// What a mark at the beginning of a text makes of it, given the pieces before it, and what is left;
/// none where it is no mark.
type Mark = for<'a> fn(&'a str, &[Piece]) -> Option<(Piece, &'a str)>;

/// A line cut at its marks; all else is shown as it stands.
fn read(line: &str, mark: Mark) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let (piece, after) = mark(rest, &pieces).unwrap_or_else(|| {
            let (letter, after) = rest.split_at(next.len_utf8());
            (Piece::Text(letter.to_owned()), after)
        });
        push(&mut pieces, piece);
        rest = after;
    }
    pieces
}

fn slack_mark<'a>(rest: &'a str, before: &[Piece]) -> Option<(Piece, &'a str)> {
    match rest.chars().next()? {
        '<' => {
            let (inside, rest) = rest.strip_prefix('<')?.split_once('>')?;
            (!inside.is_empty()).then(|| (token(inside), rest))
        }
        ':' => emoji(rest),
        _ if is_held_off(before) => None,
        '*' => marked(rest, '*').map(|(text, rest)| (Piece::Bold(text.into()), rest)),
        '_' => marked(rest, '_').map(|(text, rest)| (Piece::Quiet(text.into()), rest)),
        '`' => marked(rest, '`').map(|(text, rest)| (Piece::Code(unescape(text)), rest)),
        _ => None,
    }
}

fn read_slack(line: &str) -> Vec<Piece> {
    let mut pieces = read(line, slack_mark);
    for piece in &mut pieces {
        if let Piece::Text(text) = piece {
            *text = unescape(text);
        }
    }
    pieces
}

/// A character without width beside a mark keeps Slack from taking it for one.
const HELD_OFF: char = '\u{200b}';

/// Behind a letter, or behind nothing that is seen, no mark begins.
fn is_held_off(pieces: &[Piece]) -> bool {
    match pieces.last() {
        Some(Piece::Text(text)) => {
            text.chars().last().is_some_and(|last| last.is_alphanumeric() || last == HELD_OFF)
        }
        _ => false,
    }
}

/// What stands between two marks, and what comes behind.
fn marked(rest: &str, mark: char) -> Option<(&str, &str)> {
    let after = rest.strip_prefix(mark).filter(|after| !after.starts_with([HELD_OFF, ' ']))?;
    let ends = after.char_indices().filter(|(_, c)| *c == mark).map(|(at, _)| at);
    let end = ends.into_iter().find(|end| {
        after
            .get(..*end)
            .is_some_and(|inside| !inside.ends_with([HELD_OFF, ' ']) && !inside.is_empty())
    })?;
    Some((after.get(..end)?, after.get(end + mark.len_utf8()..)?))
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (Some(Piece::Text(known)), Piece::Text(more)) => known.push_str(&more),
        (_, piece) => pieces.push(piece),
    }
}

/// What stands between `<` and `>`.
fn token(inside: &str) -> Piece {
    if let Some(account) = inside.strip_prefix('@') {
        return Piece::Mention(account.split('|').next().unwrap_or(account).to_owned());
    }
    if let Some(date) = inside.strip_prefix("!date^") {
        let at = date.split('^').next().and_then(|at| at.parse().ok());
        return at.map_or_else(|| Piece::Text(inside.to_owned()), Piece::Moment);
    }
    match inside.split_once('|') {
        Some((url, words)) => Piece::Link(unescape(url), words.to_owned()),
        None => Piece::Link(unescape(inside), inside.to_owned()),
    }
}

fn emoji(rest: &str) -> Option<(Piece, &str)> {
    let after = rest.strip_prefix(':')?;
    let (name, rest) = after.split_once(':')?;
    let sign = match name {
        "lock" => "🔒",
        "ticket" => "🎫",
        "eyes" => "👀",
        "white_check_mark" => "✅",
        "rotating_light" => "🚨",
        "hourglass_flowing_sand" | "hourglass" => "⏳",
        "red_circle" => "🔴",
        "large_orange_circle" => "🟠",
        "large_blue_circle" => "🔵",
        "speech_balloon" => "💬",
        "small_red_triangle" => "🔺",
        _ => return None,
    };
    Some((Piece::Text(sign.to_owned()), rest))
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn discord_mark<'a>(rest: &'a str, _: &[Piece]) -> Option<(Piece, &'a str)> {
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
            Some((discord_token(inside)?, rest))
        }
        '[' => link(rest),
        _ => None,
    }
}

/// What stands between `<` and `>`: a moment or a mention.
fn discord_token(inside: &str) -> Option<Piece> {
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
    fn slack_text_looks_as_it_does_there() {
        for (text, expected) in [
            ("a &lt;!channel&gt; b", "a &lt;!channel&gt; b"),
            ("*bold* and `x*y*`", "<strong>bold</strong> and <code>x*y*</code>"),
            (
                "<https://e.org/1|#1 R&amp;D>",
                "<a href=\"https://e.org/1\" rel=\"noreferrer\">#1 R&amp;D</a>",
            ),
            ("<javascript:alert(1)|x>", "<a href=\"#\" rel=\"noreferrer\">x</a>"),
            ("<@UKOFI> hi :lock:", "<span class=\"mention\">@Kofi</span> hi 🔒"),
            ("snake_case_name _it_", "snake_case_name <em>it</em>"),
            ("> said", "<span class=\"quote\">said</span>"),
            ("2 * 3", "2 * 3"),
            ("*a \u{200b}*\u{200b}b*", "<strong>a \u{200b}*\u{200b}b</strong>"),
        ] {
            assert_eq!(shown(slack(text)), expected, "{text}");
        }
    }

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
